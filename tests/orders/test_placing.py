"""Taking orders in: amounts to the cent, each number once."""

from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.actors import SYSTEM
from core.errors import Problems
from core.events.models import Event
from finance.models import Account, LedgerTransaction
from orders.models import Customer, Order, OrderLine, SellerOrder
from orders.operations import freezing, place_order, place_orders
from orders.operations.placing import NumberTaken
from sellers.models import Seller
from tests.concurrency.threads import at_once
from tests.factories import make_seller
from tests.orders.given import item, new_order, order_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def sellers():
    return [
        make_seller("s-1", commission_rate=Decimal("0.125")),
        make_seller("s-2", commission_rate=Decimal("0.1")),
    ]


def placed(**changes) -> Order:
    return place_order(new_order(**changes), actor=SYSTEM).order


@pytest.mark.usefixtures("sellers")
def test_every_amount_is_frozen_to_the_cent():
    order = placed(
        items=[
            item(quantity=3, unit_price=999, discount=100, shipping=250, tax_rate="0.23"),
            item(seller="s-2", quantity=1, unit_price=5),
        ],
        payments=[{"method": "credit_card", "amount": 3152}],
    )

    first, second = order.lines.order_by("position")
    assert (first.gross, first.discount, first.shipping, first.total) == (2997, 100, 250, 3147)
    assert first.tax == 588  # 3147 × 0.23 / 1.23 = 588.46…
    assert (first.captured_product, first.captured_shipping) == (2897, 250)
    assert first.commission == 362  # 2897 × 0.125 = 362.125
    assert (second.captured_product, second.commission) == (5, 1)  # 0.5 goes up
    assert (order.product_total, order.discount, order.shipping, order.total) == (
        3002,
        100,
        250,
        3152,
    )
    assert (order.captured, order.surplus, order.tax) == (3152, 0, 588)


@pytest.mark.usefixtures("sellers")
def test_less_captured_than_the_total_is_spread_by_largest_remainder():
    order = placed(
        items=[item(quantity=1, unit_price=1000, shipping=1000), item(quantity=1, unit_price=1000)],
        payments=[{"method": "voucher", "amount": 1000}],
    )

    assert [
        (line.captured_product, line.captured_shipping) for line in order.lines.order_by("position")
    ] == [(334, 333), (333, 0)]
    assert order.surplus == 0


@pytest.mark.usefixtures("sellers")
def test_what_was_captured_above_the_total_is_a_surplus_of_the_order():
    order = placed(payments=[{"method": "credit_card", "amount": 2300}])

    assert (order.captured, order.surplus) == (2300, 300)
    assert order.lines.get().captured_product == 2000
    surplus = Account.objects.get(kind="surplus", seller=None)
    assert surplus.balance == -300


@pytest.mark.usefixtures("sellers")
def test_an_order_without_a_payment_can_give_nothing_back(assert_invariants):
    order = placed(payments=[])

    assert order.lines.get().captured_product == 0
    assert not LedgerTransaction.objects.filter(order_id=order.pk).exists()
    assert_invariants()


@pytest.mark.usefixtures("sellers")
def test_an_order_that_costs_nothing_keeps_what_was_paid_as_surplus(assert_invariants):
    order = placed(items=[item(unit_price=0)], payments=[{"method": "card", "amount": 7}])

    assert (order.total, order.surplus) == (0, 7)
    assert_invariants()


def test_each_seller_has_a_part_of_its_own(sellers):
    order = placed(
        items=[
            item(quantity=2, unit_price=1000, ship_by="2026-03-09T00:00:00Z"),
            item(seller="s-2", quantity=1, unit_price=500, shipping=100),
            item(quantity=1, unit_price=300, discount=50, ship_by="2026-03-05T00:00:00Z"),
        ],
        payments=[{"method": "credit_card", "amount": 2850}],
    )

    one, two = SellerOrder.objects.filter(order=order).order_by("seller__code")
    assert (one.seller, one.total, one.unit_count) == (sellers[0], 2250, 3)
    assert (two.seller, two.total, two.unit_count) == (sellers[1], 600, 1)
    assert one.ship_by.day == 5
    assert two.ship_by > timezone.now()  # the rule says by when
    pending = {
        account.seller_id: account.balance
        for account in Account.objects.filter(kind="seller_pending")
    }
    # 2250 less 12.5 % of 2250; 600 less 10 % of 500.
    assert pending == {sellers[0].pk: -(2250 - 281), sellers[1].pk: -(600 - 50)}


@pytest.mark.usefixtures("sellers")
def test_the_same_order_again_changes_nothing():
    given_json = order_json()
    first = place_order(new_order(**given_json), actor=SYSTEM)
    before = (Event.objects.count(), LedgerTransaction.objects.count())

    again = place_order(new_order(**given_json), actor=SYSTEM)

    assert first.created
    assert not again.created
    assert again.order == first.order
    assert (Event.objects.count(), LedgerTransaction.objects.count()) == before


@pytest.mark.usefixtures("sellers")
def test_the_same_number_with_other_content_is_refused_and_changes_nothing():
    given_json = order_json()
    order = place_order(new_order(**given_json), actor=SYSTEM).order

    with pytest.raises(NumberTaken, match=order.number):
        place_order(new_order(**given_json | {"channel": "app"}), actor=SYSTEM)

    assert Order.objects.get().channel == "web"


@pytest.mark.usefixtures("sellers")
def test_a_number_twice_in_one_batch_is_one_order():
    given_json = order_json()

    outcomes = place_orders([new_order(**given_json), new_order(**given_json)], actor=SYSTEM)

    assert [outcome.created for outcome in outcomes] == [True, False]
    assert outcomes[0].order == outcomes[1].order == Order.objects.get()


@pytest.mark.usefixtures("sellers")
def test_a_number_twice_in_one_batch_must_say_the_same():
    given_json = order_json()

    with pytest.raises(NumberTaken):
        place_orders(
            [new_order(**given_json), new_order(**given_json | {"channel": "app"})], actor=SYSTEM
        )

    assert not Order.objects.exists()


@pytest.mark.usefixtures("sellers")
def test_an_unknown_seller_is_named_and_nothing_is_kept():
    with pytest.raises(Problems) as refused:
        placed(items=[item(), item(seller="nobody")])

    [problem] = refused.value.problems
    assert (problem.code, problem.field) == ("unknown_seller", "items/1/seller")
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.usefixtures("sellers")
def test_what_an_order_does_not_say_of_its_customer_is_kept():
    placed(customer={"external_id": "c-1", "first_name": "Marta", "email": "m@example.com"})
    placed(customer={"external_id": "c-1", "first_name": "Martha"})

    customer = Customer.objects.get()
    assert (customer.first_name, customer.email) == ("Martha", "m@example.com")


@pytest.mark.usefixtures("sellers")
def test_customers_of_two_channels_are_two():
    placed()
    placed(channel="app")

    assert Customer.objects.filter(external_id="c-1").count() == 2


@pytest.mark.usefixtures("sellers")
def test_many_orders_cost_as_many_statements_as_two(django_assert_max_num_queries):
    with django_assert_max_num_queries(32):
        place_orders(
            [new_order(customer={"external_id": f"c{n}"}) for n in range(120)], actor=SYSTEM
        )

    assert Order.objects.count() == 120
    assert OrderLine.objects.count() == 120


@pytest.mark.usefixtures("sellers")
def test_a_long_batch_is_written_as_a_short_one_is(assert_invariants):
    """Long batches go through COPY; tabs, quotes and backslashes must survive it."""
    name = 'A\tmug "of\\n" – ünïcode'
    batch = [
        new_order(items=[item(name=name, quantity=n + 1)], payments=[{"method": "c", "amount": n}])
        for n in range(60)
    ]

    placed_ones = place_orders(batch, actor=SYSTEM)

    assert set(OrderLine.objects.values_list("name", flat=True)) == {name}
    assert Order.objects.get(pk=placed_ones[7].order.pk).shipping_address == {
        "city": "Porto",
        "country": "PT",
    }
    assert_invariants()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_was_captured_every_cent_of_it_is_somewhere(data):
    amounts = st.integers(0, 10**6)
    lines = [
        item(
            quantity=data.draw(st.integers(1, 9)),
            unit_price=(price := data.draw(amounts)),
            discount=data.draw(st.integers(0, price)),
            shipping=data.draw(amounts),
        )
        for _line in range(data.draw(st.integers(1, 6)))
    ]
    new = new_order(items=lines, payments=[{"method": "c", "amount": data.draw(amounts)}])
    part = SellerOrder(pk=1, seller_id=1)
    seller = Seller(pk=1, code="s-1", commission_rate=Decimal("0.125"))

    rows = list(freezing.line_rows(new, Order(pk=1), {(1, 1): part}, {"s-1": seller}))

    spread = sum(row.captured_product + row.captured_shipping for row in rows)
    assert spread == min(new.captured, new.total)
    for row in rows:
        assert 0 <= row.captured_product <= row.gross - row.discount
        assert 0 <= row.captured_shipping <= row.shipping
        assert 0 <= row.commission <= row.captured_product


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_the_same_order_from_six_at_once_is_one():
    make_seller("s-1")
    given_json = order_json()

    outcomes = at_once(*[lambda: place_order(new_order(**given_json), actor=SYSTEM)] * 6)

    assert sorted(outcome.created for outcome in outcomes) == [False] * 5 + [True]
    assert len({outcome.order.pk for outcome in outcomes}) == 1
    assert Order.objects.count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_one_number_with_two_contents_at_once_is_one_order_and_one_refusal():
    make_seller("s-1")
    given_json = order_json()
    other = given_json | {"channel": "app"}

    outcomes = at_once(
        lambda: place_order(new_order(**given_json), actor=SYSTEM),
        lambda: place_order(new_order(**other), actor=SYSTEM),
    )

    assert sorted(isinstance(outcome, NumberTaken) for outcome in outcomes) == [False, True]
    assert Order.objects.count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_batches_that_share_customers_and_sellers_do_not_lock_each_other_out():
    make_seller("s-1")
    make_seller("s-2")

    def batch(turn: int):
        orders = [
            new_order(
                number=f"B{turn}-{n}",
                customer={"external_id": f"c-{(n * (turn + 1)) % 20}", "first_name": f"T{turn}"},
                items=[item(seller=f"s-{(n + turn) % 2 + 1}")],
            )
            for n in range(40)
        ]
        return lambda: place_orders(orders, actor=SYSTEM)

    at_once(*[batch(turn) for turn in range(4)])

    assert Order.objects.count() == 160


@pytest.mark.usefixtures("sellers")
def test_a_line_keeps_the_channel_s_category():
    order = placed(items=[item(category="  Kitchen/Mugs "), item()])
    assert [line.category for line in order.lines.order_by("position")] == ["Kitchen/Mugs", ""]
    with pytest.raises(Problems) as refused:
        new_order(items=[item(category="x" * 81)])
    assert [problem.field for problem in refused.value.problems] == ["items/0/category"]
