"""A person answers item by item, takes back, or overrules."""

import pytest

from cancellations.operations import (
    NotDecidable,
    approve_items,
    evaluate_cancellation,
    overrule,
    reject_request_items,
    withdraw_cancellation,
)
from cancellations.policies import allowed_actions
from core.actors import Rank
from core.errors import DomainError, InvalidInput, NotAllowed
from core.events.models import Event
from orders.models import Case, OrderItem
from orders.operations.items import UnknownItem
from orders.policies import NotCancellable
from packages.operations import ship_package, start_packaging
from refunds.models import RefundPlan
from tests.cancellations.acts import ask, cancel, clocks, event_types, fresh, hold, select, statuses
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=2, unit_price=1000, shipping=500), line(unit_price=300)])


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller, Rank.MANAGER)


@pytest.fixture
def held(order, customer):
    return hold(order, customer, *[select(item) for item in items_of(order)])


def test_the_case_waits_until_every_item_is_answered(order, held, seller):
    mugs, bowl = items_of(order)

    approve_items(held, [mugs.pk], actor=seller)

    assert fresh(held).case.status == "waiting"
    assert fresh(held).held_by == "amount_too_high"
    assert statuses(held) == {"1.1": "approved", "2.1": "waiting"}
    assert OrderItem.objects.get(pk=mugs.pk).status == "cancelled"  # nobody hands it over
    assert RefundPlan.objects.get().status == "waiting"
    assert clocks().open().exists()

    reject_request_items(held, [bowl.pk], actor=seller, reason_note="It is engraved.")

    assert fresh(held).case.status == "approved"
    assert statuses(held) == {"1.1": "approved", "2.1": "rejected"}
    plan = RefundPlan.objects.get()
    assert (plan.status, plan.total) == ("approved", 2500)
    assert OrderItem.objects.get(pk=bowl.pk).open_case_id is None
    assert not clocks().open().exists()
    entry = held.items.get(item=bowl)
    assert (entry.decision_note, entry.decided_by_id) == ("It is engraved.", seller.user_id)


def test_all_rejected_rejects_the_case_and_pays_nothing(order, held, seller):
    reject_request_items(held, actor=seller, reason_note="On the belt already.")

    assert fresh(held).case.status == "rejected"
    assert RefundPlan.objects.get().status == "void"
    assert all(item.open_case_id is None for item in items_of(order))
    assert {item.status for item in items_of(order)} == {"waiting_packaging"}


def test_one_after_the_other_rejected_is_the_same(order, held, seller):
    for item in items_of(order):
        reject_request_items(held, [item.pk], actor=seller, reason_note="No.")

    assert fresh(held).case.status == "rejected"
    assert RefundPlan.objects.get().status == "void"


def test_none_named_means_all_that_wait(order, held, seller):
    mugs, _bowl = items_of(order)
    approve_items(held, [mugs.pk], actor=seller)

    approve_items(held, actor=seller)

    assert statuses(held) == {"1.1": "approved", "2.1": "approved"}
    approved = Event.objects.get(type="cancellation.approved")
    assert approved.data["units"] == 3
    assert event_types(order).count("case.approved") == 1


@pytest.mark.parametrize(
    ("make", "refusal", "code"),
    [
        (make_customer, NotAllowed, "not_allowed"),
        (lambda order: make_member(items_of(make_order())[0].seller), NotAllowed, "not_allowed"),
        (lambda order: make_member(items_of(order)[0].seller, "employee"), NotAllowed, "rank"),
        (lambda _order: make_owner("employee"), NotAllowed, "rank"),
    ],
)
def test_who_may_not_answer(order, held, make, refusal, code):
    actor = make(order)
    before = event_types(order)

    for act in (approve_items, _reject):
        with pytest.raises(refusal) as said:
            act(held, actor=actor)
        assert said.value.code.startswith(code)

    assert event_types(order) == before


def _reject(request, item_ids=None, *, actor):
    return reject_request_items(request, item_ids, actor=actor, reason_note="No.")


@pytest.mark.parametrize("act", [approve_items, _reject, withdraw_cancellation])
def test_what_is_answered_stays_answered(order, held, act):
    owner = make_owner()
    approve_items(held, actor=owner)
    before = event_types(order)

    with pytest.raises(NotDecidable) as said:
        act(held, actor=owner)

    assert "Approved" in str(said.value)
    assert event_types(order) == before


def test_an_answered_item_and_an_unknown_one_are_named(order, held, seller):
    mugs, bowl = items_of(order)
    approve_items(held, [mugs.pk], actor=seller)

    with pytest.raises(NotDecidable) as answered:
        approve_items(held, [bowl.pk, mugs.pk], actor=seller)
    assert answered.value.field == "items/1"
    with pytest.raises(UnknownItem):
        approve_items(held, [0], actor=seller)
    with pytest.raises(InvalidInput):
        approve_items(held, [], actor=seller)
    assert statuses(held)["2.1"] == "waiting"


@pytest.mark.parametrize(("note", "code"), [("  ", "note_required"), ("x" * 501, "invalid")])
def test_a_no_says_why(held, seller, note, code):
    with pytest.raises(DomainError) as said:
        reject_request_items(held, actor=seller, reason_note=note)

    assert (said.value.code, said.value.field) == (code, "note")


def test_a_seller_cannot_forestall_the_policy(order, customer, seller):
    mugs, _bowl = items_of(order)
    [request] = ask(order, customer, select(mugs))

    with pytest.raises(NotDecidable):
        _reject(request, actor=seller)
    evaluate_cancellation(request_id=request.pk)

    assert fresh(request).case.status == "approved"


def test_shipping_the_rest_of_a_half_answered_case_leaves_it_approved(order, customer, seller):
    mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[bowl], actor=seller)
    held = hold(order, customer, select(mugs), select(bowl))
    approve_items(held, [mugs.pk], actor=seller)

    ship_package(package=package, actor=seller, anyway=True)

    assert fresh(held).case.status == "approved"
    assert statuses(held) == {"1.1": "approved", "2.1": "rejected"}
    plan = RefundPlan.objects.get()
    assert (plan.status, plan.total) == ("approved", 2500)
    assert not clocks().open().exists()


# -- Taking back ---------------------------------------------------------------------------


def test_a_customer_takes_back_what_waits(order, customer, held):
    withdraw_cancellation(held, actor=customer)

    assert fresh(held).case.status == "withdrawn"
    assert set(statuses(held).values()) == {"withdrawn"}
    assert RefundPlan.objects.get().status == "void"
    assert all(item.open_case_id is None for item in items_of(order))
    assert not clocks().open().exists()
    [again] = ask(order, customer, select(items_of(order)[0]))
    assert again.case.status == "waiting"


def test_what_was_approved_before_stays_cancelled(order, customer, held, seller):
    mugs, _bowl = items_of(order)
    approve_items(held, [mugs.pk], actor=seller)

    withdraw_cancellation(held, actor=customer)

    assert statuses(held) == {"1.1": "approved", "2.1": "withdrawn"}
    assert fresh(held).case.status == "approved"
    assert RefundPlan.objects.get().total == 2500


def test_the_owner_takes_back_for_them_and_the_seller_does_not(held, seller):
    with pytest.raises(NotAllowed):
        withdraw_cancellation(held, actor=seller)

    withdraw_cancellation(held, actor=make_owner(Rank.MANAGER))

    assert fresh(held).case.status == "withdrawn"


def test_a_customer_does_not_take_back_what_the_owner_asked(order, customer):
    held = hold(order, make_owner(), select(items_of(order)[0]))

    with pytest.raises(NotAllowed):
        withdraw_cancellation(held, actor=customer)

    assert fresh(held).case.status == "waiting"


# -- Overruling ----------------------------------------------------------------------------


@pytest.fixture
def rejected(held, seller):
    return reject_request_items(held, actor=seller, reason_note="It is packed.")


def test_the_owner_overrules_a_rejection(order, rejected):
    owner = make_owner(Rank.MANAGER)

    overrule(rejected, actor=owner, to="approved", note="It is not.")

    case = Case.objects.get()
    assert (case.status, case.closed_at) == ("approved", None)
    assert {item.status for item in items_of(order)} == {"cancelled"}
    assert {entry.decided_by_id for entry in rejected.items.all()} == {owner.user_id}
    void, live = RefundPlan.objects.order_by("pk")
    assert (void.status, live.status, live.total) == ("void", "approved", order.captured)
    assert "cancellation.overruled" in event_types(order)


def test_a_chosen_item_only(order, rejected):
    _mugs, bowl = items_of(order)

    overrule(rejected, actor=make_owner(), to="approved", note="This one.", item_ids=[bowl.pk])

    assert statuses(rejected) == {"1.1": "rejected", "2.1": "approved"}
    assert RefundPlan.objects.live().get().total == 300


def test_what_has_shipped_cannot_be_overruled(order, rejected, seller):
    mugs, bowl = items_of(order)
    package = start_packaging(order=order, items=[bowl], actor=seller)
    ship_package(package=package, actor=seller)

    with pytest.raises(NotCancellable) as said:
        overrule(rejected, actor=make_owner(), to="approved", note="Please.")

    assert said.value.field == "items/1"
    assert fresh(rejected).case.status == "rejected"
    assert OrderItem.objects.get(pk=mugs.pk).status == "waiting_packaging"


def test_what_is_cancelled_does_not_come_back_and_the_refusal_says_so(order, customer):
    [approved] = cancel(order, customer, select(items_of(order)[0]))

    with pytest.raises(NotDecidable) as said:
        overrule(approved, actor=make_owner(), to="rejected", note="Wait!")

    assert "does not come back" in str(said.value)
    assert fresh(approved).case.status == "approved"


def test_only_a_manager_of_the_marketplace_overrules(rejected, seller, customer):
    for actor in (seller, customer, make_owner("employee")):
        with pytest.raises(NotAllowed):
            overrule(rejected, actor=actor, to="approved", note="I say so.")


@pytest.mark.parametrize("to", ["withdrawn", "completed", "rejected"])
def test_there_is_nothing_else_to_overrule_a_rejection_to(rejected, to):
    with pytest.raises(DomainError):
        overrule(rejected, actor=make_owner(), to=to, note="Hm.")

    assert fresh(rejected).case.status == "rejected"


def test_a_waiting_case_is_answered_and_a_withdrawn_one_asked_anew(held, customer):
    owner = make_owner()
    with pytest.raises(NotDecidable) as waiting:
        overrule(held, actor=owner, to="approved", note="Yes.")
    withdraw_cancellation(held, actor=customer)
    with pytest.raises(NotDecidable) as withdrawn:
        overrule(held, actor=owner, to="approved", note="Yes.")

    assert waiting.value.allowed == ["approve", "reject"]
    assert withdrawn.value.allowed == ["cancel"]


# -- What may be done, as buttons and programs are told -----------------------------------


def test_the_allowed_actions_are_those_that_work(held, seller, customer):
    owner = make_owner()
    answers = ["approve", "reject"]
    said = {actor: allowed_actions(fresh(held), actor) for actor in (seller, customer, owner)}
    assert said == {seller: answers, customer: ["withdraw"], owner: [*answers, "withdraw"]}

    reject_request_items(held, actor=seller, reason_note="No.")

    said = {actor: allowed_actions(fresh(held), actor) for actor in (seller, customer, owner)}
    assert said == {seller: [], customer: [], owner: ["overrule"]}


@pytest.mark.parametrize("act", [approve_items, _reject, withdraw_cancellation])
def test_the_order_is_locked_first(held, locks_first, act):
    owner = make_owner()

    with locks_first():
        act(held, actor=owner)
