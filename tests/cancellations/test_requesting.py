"""Asking for a cancellation: cases, split items, waiting plans; refusals that lose nothing."""

import pytest

from cancellations.models import CancellationItem, CancellationRequest
from core.errors import DomainError
from core.events.models import Event
from orders.models import Case, OrderItem, Reason
from orders.policies import NotCancellable
from packages.operations import start_packaging
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, event_types, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner
from tests.factories import make_seller as seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=2, unit_price=1000, shipping=500)])


@pytest.fixture
def customer(order):
    return make_customer(order)


def refusal_of(order, actor, *selections):
    before = Event.objects.count()
    with pytest.raises(DomainError) as caught:
        ask(order, actor, *selections)
    assert not CancellationRequest.objects.exists()
    assert Event.objects.count() == before
    assert OrderItem.objects.filter(order=order).count() == order.lines.count()
    return caught.value


def test_asking_for_one_of_two_units_splits_and_waits(order, customer):
    [item] = items_of(order)

    [request] = ask(order, customer, select(item, 1, "ordered_too_many", " one is enough "))

    staying, leaving = items_of(order)
    assert [staying.quantity, leaving.quantity] == [1, 1]
    assert (staying.open_case, leaving.open_case) == (None, request.case)
    assert leaving.status == OrderItem.Status.WAITING_PACKAGING
    assert (request.case.status, request.case.origin) == ("waiting", "customer")
    plan = RefundPlan.objects.get()
    assert (plan.status, plan.type, plan.total) == ("waiting", "cancel", 1250)
    assert request.estimate == 1250
    [entry] = CancellationItem.objects.all()
    assert (entry.item, entry.reason.code, entry.note) == (
        leaving,
        "ordered_too_many",
        "one is enough",
    )
    assert event_types(order)[-1] == "cancellation.requested"
    assert request.case.due_at is None


def test_an_order_of_two_sellers_is_two_cases():
    order = make_order(sellers=[seller("ada"), seller("bob")])
    customer = make_customer(order)

    requests = ask(order, customer, *[select(item) for item in items_of(order)])

    assert [request.case.seller.code for request in requests] == ["ada", "bob"]
    assert [plan.total for plan in RefundPlan.objects.order_by("pk")] == [2500, 2500]
    assert Case.objects.count() == 2


def test_no_free_text_enters_the_log(order, customer):
    [item] = items_of(order)

    ask(order, customer, select(item, note="my neighbour Anna took it"))

    assert not Event.objects.filter(data__icontains="Anna").exists()


def test_a_reason_of_another_actor_is_refused_and_the_own_ones_are_named(order, customer):
    [item] = items_of(order)

    refusal = refusal_of(order, customer, select(item, reason="out_of_stock"))

    assert (refusal.code, refusal.field) == ("reason_not_allowed", "items/0/reason")
    own = Reason.objects.pickable_by(customer, "cancel").values_list("code", flat=True)
    assert refusal.allowed == list(own)
    assert "out_of_stock" not in refusal.allowed


def test_a_reason_that_needs_a_note_gets_one(order, customer):
    Reason.objects.filter(kind="cancel", code="changed_mind").update(needs_note=True)
    [item] = items_of(order)

    refusal = refusal_of(order, customer, select(item))

    assert (refusal.code, refusal.field) == ("note_required", "items/0/note")


@pytest.mark.parametrize("quantity", [0, -1, 3])
def test_a_quantity_beyond_what_is_left_names_what_is(order, customer, quantity):
    [item] = items_of(order)
    asked = select(item)

    refusal = refusal_of(order, customer, type(asked)(item.pk, quantity, "changed_mind"))

    assert (refusal.code, refusal.field) == ("quantity_not_left", "items/0/quantity")
    assert refusal.allowed == ["1", "2"]


@pytest.mark.parametrize("status", ["shipped", "delivered", "delivery_failed"])
def test_what_has_shipped_is_returned_not_cancelled(order, customer, status):
    OrderItem.objects.filter(order=order).update(status=status)
    [item] = items_of(order)

    refusal = refusal_of(order, customer, select(item))

    assert (refusal.code, refusal.allowed) == ("not_cancellable", ["return"])


def test_every_problem_is_named_at_once(customer, order):
    mug, other = items_of(make_order(lines=[line(), line()]))
    make_customer(mug.order, user=None)
    owner = make_owner()

    refusal = refusal_of(
        mug.order, owner, select(mug, reason="nonsense"), select(mug), select(other, 1, "nonsense")
    )

    assert [problem.field for problem in refusal.problems] == [
        "items/0/reason",
        "items/1/item",
        "items/2/reason",
    ]


def test_nothing_chosen_is_refused(order, customer):
    assert refusal_of(order, customer).code == "nothing_chosen"


def test_an_item_of_somebody_else_does_not_exist(order, customer):
    [foreign] = items_of(make_order())

    refusal = refusal_of(order, customer, select(foreign))

    assert (refusal.code, refusal.field) == ("unknown_item", "items/0/item")


def test_another_customers_order_has_no_items_for_me(order, customer):
    stranger = make_customer(make_order())
    [item] = items_of(order)

    assert refusal_of(order, stranger, select(item)).code == "unknown_item"


def test_a_seller_is_told_to_reject_instead(order):
    [item] = items_of(order)

    refusal = refusal_of(order, make_member(item.seller), select(item))

    assert (refusal.code, refusal.status) == ("seller_may_not_cancel", 403)


def test_an_item_in_an_open_case_waits_for_that_one(order, customer):
    [item] = items_of(order)
    ask(order, customer, select(item))

    with pytest.raises(NotCancellable, match="waiting"):
        ask(order, customer, select(item))

    assert Case.objects.count() == 1


def test_the_owner_asks_with_their_own_reasons(order):
    [item] = items_of(order)

    [request] = ask(order, make_owner(), select(item, reason="suspected_fraud"))

    assert request.case.origin == "owner"
    assert request.case.status == "waiting"


def test_an_item_in_a_waiting_request_is_not_split_by_packing_part_of_it(order, customer):
    [item] = items_of(order)
    ask(order, customer, select(item))

    with pytest.raises(DomainError, match="waits for an answer"):
        start_packaging(
            order=order, items=[item], units={item.pk: 1}, actor=make_member(item.seller)
        )

    assert len(items_of(order)) == 1
