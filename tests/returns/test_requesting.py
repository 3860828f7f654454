"""Asking for a return: what is opened, what is told, and every refusal by its place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from core.errors import InvalidInput, NotAllowed, Problems
from core.events.models import Event
from orders.operations.items import QuantityNotLeft, UnknownItem
from packages.models import Package
from packages.operations import deliver_package, ship_package, start_packaging
from refunds.models import RefundPlan
from returns.models import ReturnEvidence, ReturnItem
from returns.operations import estimate_return, request_return
from returns.policies import EvidenceRequired, NotReturnable
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.returns.acts import (
    ask,
    asked,
    delivered,
    delivered_order,
    policy,
    running,
    select,
    shipped,
    stored_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return delivered_order()


@pytest.fixture
def customer(order):
    return make_customer(order)


def test_a_return_waits_for_its_seller_until_a_day(order, customer, assert_invariants):
    mugs, _bowl = items_of(order)

    request = ask(order, customer, select(mugs, note=" A crack "))

    case, entry = request.case, request.items.get()
    assert (case.kind, case.status, case.origin) == ("return", "waiting", "customer")
    assert case.number.startswith("RR-")
    assert case.due_at > timezone.now() + timedelta(days=1)
    assert running() == ["return.answer"]
    assert (entry.status, entry.note, entry.goods_back, entry.estimate) == (
        "waiting",
        "A crack",
        True,
        2500,
    )
    assert items_of(order)[0].open_case_id == case.pk
    assert not RefundPlan.objects.exists()
    assert_invariants()


def test_only_part_of_an_item_is_split_off(order, customer):
    mugs, _bowl = items_of(order)

    request = ask(order, customer, select(mugs, 1))

    assert [item.number for item in items_of(order)] == ["1.1", "1.2", "2.1"]
    assert request.items.get().item.number == "1.2"
    assert request.estimate == 1250


def test_two_sellers_get_a_request_each():
    one, other = make_seller(), make_seller()
    order = make_order(lines=[line(one), line(other)])
    for item in items_of(order):
        package = start_packaging(order=order, items=[item], actor=SYSTEM)
        deliver_package(package=ship_package(package=package, actor=SYSTEM), actor=SYSTEM)

    requests = request_return(
        order=order, selections=[select(item) for item in items_of(order)], actor=make_owner()
    )

    assert [request.case.seller_id for request in requests] == [one.pk, other.pk]
    assert [request.estimate for request in requests] == [1000, 1000]


def test_the_record_keeps_the_terms_and_no_words(order, customer):
    policy(restocking_rate="0.1", return_shipping_fee=200)

    request = ask(
        order, customer, select(items_of(order)[1], reason="does_not_fit", note="Too small")
    )

    event = Event.objects.get(type="return.requested")
    assert event.subject_id == request.case_id
    assert event.data["terms"] == [
        {
            "item": items_of(order)[1].pk,
            "goods_back": True,
            "payable_when": "on_receipt",
            "restocking_rate": "0.10000",
            "return_shipping": 200,
        }
    ]
    assert (event.data["estimate"], event.data["reasons"]) == (300 - 30 - 200, ["does_not_fit"])
    assert "Too small" not in str(event.data)


def test_the_estimate_is_what_the_request_keeps(order, customer):
    policy(restocking_rate="0.1", return_shipping_fee=200, keep_goods_up_to=400)
    mugs, bowl = items_of(order)
    selections = [select(mugs, 1, "does_not_fit"), select(bowl, reason="does_not_fit")]

    estimate = estimate_return(order, selections, customer)
    request = ask(order, customer, *selections)

    half, whole = estimate.items
    assert (half.gross, half.shipping, [fee.amount for fee in half.fees]) == (
        1000,
        250,
        [-100, -200],
    )
    assert (whole.terms.goods_back, whole.fees, whole.amount) == (False, [], 300)
    assert estimate.total == request.estimate == 950 + 300
    assert [entry.estimate for entry in request.items.order_by("pk")] == [950, 300]
    assert [amount for _payment, amount in estimate.payments] == [1250]
    assert [entry.goods_back for entry in request.items.order_by("pk")] == [True, False]


def test_an_estimate_writes_nothing_and_asks_for_no_evidence(order, customer):
    estimate = estimate_return(
        order,
        [select(items_of(order)[0], reason="arrived_damaged")],
        customer,
        pay_to="store_credit",
    )

    assert (estimate.total, estimate.payments, estimate.goods_back) == (2500, [], True)
    assert not ReturnItem.objects.exists()


def test_nothing_is_paid_for_an_exchange_or_a_part(order, customer):
    selections = [select(items_of(order)[0])]

    exchange = estimate_return(order, selections, customer, "exchange")
    part = estimate_return(order, selections, customer, "missing_part")

    assert (exchange.total, exchange.goods_back) == (0, True)
    assert (part.total, part.goods_back) == (0, False)


def test_evidence_is_kept_with_its_item(order, customer):
    file = stored_file(customer)

    request = ask(
        order,
        customer,
        select(items_of(order)[0], reason="arrived_damaged", files=(file,)),
        select(items_of(order)[1]),
    )

    kept = ReturnEvidence.objects.get()
    assert (kept.entry, kept.file, kept.given_by_role) == (request.items.first(), file, "customer")
    assert (kept.for_customer, kept.for_seller) == (True, True)


def test_some_reasons_want_evidence_from_the_customer_but_not_from_who_asks_for_them(order):
    mugs = select(items_of(order)[0], reason="arrived_damaged")

    with pytest.raises(EvidenceRequired) as refusal:
        ask(order, make_customer(order), mugs)
    assert refusal.value.field == "items/0/files"

    assert ask(order, make_owner("manager"), mugs).case.origin == "owner"


def test_somebody_elses_file_and_one_given_before_are_refused(order, customer):
    foreign = stored_file(make_owner())
    own = stored_file(customer)
    mugs, bowl = items_of(order)

    with pytest.raises(InvalidInput) as refusal:
        ask(order, customer, select(mugs, files=(foreign,)))
    assert (refusal.value.code, refusal.value.field) == ("unknown_file", "items/0/files")

    ask(order, customer, select(mugs, files=(own,)))
    with pytest.raises(InvalidInput, match="given already"):
        ask(order, customer, select(bowl, files=(own,)))


def test_the_files_of_a_whole_request_are_counted(order, customer):
    mugs, bowl = items_of(order)
    files = [stored_file(customer) for _ in range(11)]

    with pytest.raises(InvalidInput) as refusal:
        ask(order, customer, select(mugs, files=files[:6]), select(bowl, files=files[6:]))

    assert (refusal.value.field, refusal.value.code) == ("items/1/files", "too_many")
    ask(order, customer, select(mugs, files=files[:6]), select(bowl, files=files[7:]))
    assert ReturnEvidence.objects.count() == 10


def test_every_problem_is_named_at_once(order, customer):
    mugs, bowl = items_of(order)
    too_many = tuple(stored_file(customer) for _ in range(11))

    with pytest.raises(Problems) as refusal:
        ask(
            order,
            customer,
            select(mugs, 3, "out_of_stock"),
            select(bowl, note="x" * 501, files=too_many),
            select(bowl, reason="arrived_damaged"),
        )

    assert [(problem.field, problem.code) for problem in refusal.value.problems] == [
        ("items/0/quantity", "quantity_not_left"),
        ("items/0/reason", "reason_not_allowed"),
        ("items/1/note", "invalid"),
        ("items/1/files", "too_many"),
        ("items/2/item", "twice"),
        ("items/2/files", "evidence_required"),
    ]
    assert not ReturnItem.objects.exists()


def test_what_was_not_shipped_is_cancelled_instead(customer):
    order = make_order()

    with pytest.raises(NotReturnable, match="you can cancel it") as refusal:
        ask(order, make_customer(order), select(items_of(order)[0]))

    assert refusal.value.allowed == ["cancel"]


def test_what_is_on_its_way_may_be_returned_already():
    order = make_order()
    shipped(order)

    assert asked(order).case.status == "waiting"


def test_an_item_is_in_one_open_return(order, customer):
    mugs = select(items_of(order)[0])
    ask(order, customer, mugs)

    with pytest.raises(NotReturnable, match="open already"):
        ask(order, customer, mugs)


def test_outside_of_the_window_only_the_marketplace_asks_and_that_is_recorded():
    order = make_order()
    delivered(order, at=timezone.now() - timedelta(days=16))
    [item] = items_of(order)

    with pytest.raises(NotReturnable) as refusal:
        ask(order, make_customer(order), select(item))
    assert refusal.value.code == "window_closed"

    ask(order, make_owner(), select(item))
    assert Event.objects.get(type="return.requested").data["outside_window"] == [item.pk]


def test_what_is_never_taken_back_is_refused(order, customer):
    policy(window_days=0)

    with pytest.raises(NotReturnable, match="cannot be returned"):
        ask(order, customer, select(items_of(order)[0]))


def test_nobody_else_asks(order):
    mugs = select(items_of(order)[0])
    seller = make_member(items_of(order)[0].seller)

    with pytest.raises(NotAllowed):
        ask(order, seller, mugs)
    with pytest.raises(NotAllowed):
        ask(order, make_owner("employee"), mugs)
    with pytest.raises(UnknownItem):
        ask(order, make_customer(make_order()), mugs)


def test_impossible_quantities_and_wishes_are_refused(order, customer):
    mugs, _bowl = items_of(order)

    with pytest.raises(QuantityNotLeft):
        estimate_return(order, [select(mugs, 3)], customer)
    with pytest.raises(InvalidInput) as refusal:
        ask(order, customer, select(mugs), wish="a_pony")
    assert refusal.value.field == "wish"
    with pytest.raises(InvalidInput) as refusal:
        ask(order, customer, select(mugs), pay_to="cash")
    assert refusal.value.field == "pay_to"
    with pytest.raises(InvalidInput):
        ask(order, customer)


def test_the_order_is_locked_before_anything_is_written(order, customer, locks_first):
    with locks_first():
        ask(order, customer, select(items_of(order)[0]))


def test_a_past_without_days_counts_from_the_shipment(order, customer):
    long_ago = timezone.now() - timedelta(days=40)
    Package.objects.update(delivered_at=None, shipped_at=long_ago)

    with pytest.raises(NotReturnable) as refusal:
        ask(order, customer, select(items_of(order)[0]))

    assert refusal.value.code == "window_closed"
