"""What follows when a return is rejected: two sides, a decision, an appeal, and who reads what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import Actor, Rank, Role
from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed, Problems
from core.events.models import Event
from core.evidence.models import StoredFile
from orders.presenters import OrderDetail
from orders.reasons import NoteRequired
from orders.timeline import timeline_of
from refunds.models import RefundLine, RefundPlan
from refunds.returning import MoreThanLeft
from returns.dispute_policies import NoAppeal, NotInDispute, no_appeal
from returns.goods_policies import Received
from returns.models import Decision, Dispute, ReturnEvidence, ReturnMessage, ReturnRequest
from returns.operations import (
    DecidedLine,
    appeal,
    approve_items,
    decide,
    price_decision,
    receive,
    reject_items,
    state_side,
    write_message,
)
from returns.reading import return_now
from returns.serializers.told import whole
from tests.factories import items_of, make_customer, make_member, make_owner, make_seller
from tests.returns.acts import (
    answers,
    ask,
    asked,
    deliver_all,
    delivered_order,
    events,
    fresh,
    item_states,
    let_time_pass,
    pay,
    plans,
    policy,
    running,
    select,
    stored_file,
)

pytestmark = pytest.mark.django_db


def reject(request: ReturnRequest, items: list[int] | None = None, **said) -> Dispute:
    """The seller says no to these, or to all that wait."""
    said = {"reason_code": "as_described", "message": "It is what you ordered."} | said
    reject_items(request, items, actor=make_member(request.case.seller), **said)
    return Dispute.objects.get(case=request.case_id)


@pytest.fixture
def order():
    return delivered_order()


@pytest.fixture
def customer(order) -> Actor:
    return make_customer(order)


@pytest.fixture
def request_(order, customer) -> ReturnRequest:
    return ask(order, customer, *[select(item) for item in items_of(order)], pay_to="store_credit")


@pytest.fixture
def dispute(request_) -> Dispute:
    """About two mugs worth 25.00 and a bowl worth 3.00, all rejected."""
    return reject(request_)


@pytest.fixture
def heard(dispute, customer) -> Dispute:
    return state_side(dispute, text="The handle was broken when it came.", actor=customer)


@pytest.fixture
def owner() -> Actor:
    return make_owner(Rank.MANAGER)


def entries(dispute: Dispute) -> list[int]:
    return list(dispute.items.order_by("entry").values_list("entry", flat=True))


def rule(dispute: Dispute, outcome: str, actor: Actor, *amounts: int, **facts) -> Decision:
    lines = [
        DecidedLine(entry, amount) for entry, amount in zip(entries(dispute), amounts, strict=False)
    ]
    terms = {"fault": "seller", "shipping_paid_by": "seller", "note": "We looked at the photos."}
    return decide(dispute, outcome=outcome, lines=lines, actor=actor, **(terms | facts))


def now(dispute: Dispute) -> Dispute:
    return Dispute.objects.get(pk=dispute.pk)


# -- Opened by a rejection ------------------------------------------------------------------


def test_a_rejection_opens_a_dispute_and_gives_the_customer_two_days(request_, dispute):
    assert fresh(request_).case.status == "rejected"
    assert (dispute.status, len(entries(dispute))) == ("open", 2)
    assert timedelta(hours=47) < dispute.statement_by - timezone.now() <= timedelta(hours=48)
    assert running() == ["return.statement"]
    assert events(request_.case.order, "dispute.") == ["dispute.open"]


def test_a_further_rejection_joins_the_dispute_and_gives_the_time_anew(request_, customer):
    mugs, bowl = [item.pk for item in items_of(request_.case.order)]
    dispute = state_side(reject(request_, [mugs]), text="Look.", actor=customer)
    assert dispute.status == "deciding"
    assert sorted(running()) == ["return.answer", "return.decision"]
    again = reject(request_, [bowl])
    assert (again.pk, len(entries(again)), again.stated_at) == (dispute.pk, 2, None)
    assert running() == ["return.statement"]
    state_side(again, text="And the bowl is cracked.", actor=customer)
    assert running() == ["return.decision"]


def test_approved_items_go_their_way_while_others_are_disputed(request_, owner):
    mugs, bowl = [item.pk for item in items_of(request_.case.order)]
    reject(request_, [bowl])
    approve_items(request_, [mugs], actor=owner)
    assert fresh(request_).case.status == "approved"
    assert plans(request_) == [(1, "on_receipt", 2500, False)]


# -- The customer's side --------------------------------------------------------------------


def test_the_customer_tells_their_side_once_with_photos(dispute, customer, owner):
    photo = stored_file(customer)
    state_side(dispute, text=" It was broken. ", files=[photo], actor=customer)
    message = ReturnMessage.objects.get()
    assert (message.text, message.author_role) == ("It was broken.", "customer")
    assert ReturnEvidence.objects.get(message=message).file == photo
    assert now(dispute).status == "deciding"
    assert running() == ["return.decision"]
    with pytest.raises(NotInDispute, match="has been told"):
        state_side(dispute, text="Once more.", actor=customer)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_side_is_told_in_words(dispute, customer, text):
    with pytest.raises(InvalidInput) as refused:
        state_side(dispute, text=text, actor=customer)
    assert refused.value.field == "text"
    assert now(dispute).status == "open"


def test_the_seller_does_not_tell_the_customers_side(dispute):
    with pytest.raises(NotAllowed):
        state_side(dispute, text="They broke it.", actor=make_member(dispute.seller))


def test_silence_leaves_the_decision_to_the_marketplace(dispute, customer, assert_invariants):
    let_time_pass("return.statement")
    Dispute.objects.update(statement_by=timezone.now())
    assert handle_passed() == 1
    assert handle_passed() == 0
    assert now(dispute).status == "deciding"
    assert running() == ["return.decision"]
    with pytest.raises(NotInDispute, match="time for this is over"):
        state_side(dispute, text="Late.", actor=customer)
    write_message(dispute.case, text="Late, but read it.", actor=customer)
    assert_invariants()


def test_a_decision_that_is_late_is_told_and_waits_on(heard):
    let_time_pass("return.decision")
    assert handle_passed() == 1
    assert now(heard).status == "deciding"
    assert events(heard.order, "dispute.")[-1] == "dispute.decision_overdue"


# -- The decision ---------------------------------------------------------------------------


def test_the_customer_is_heard_before_anything_but_all_is_decided(dispute, owner):
    for outcome in ("none", "partial"):
        with pytest.raises(NotInDispute) as refused:
            rule(dispute, outcome, owner, 100)
        assert refused.value.allowed == ["full"]
    rule(dispute, "full", owner)
    assert now(dispute).status == "closed"
    assert running() == []


def test_all_is_paid_back_to_the_cent_without_the_goods(heard, request_, owner):
    rule(heard, "full", owner)
    assert answers(request_) == {"1.1": "approved", "2.1": "approved"}
    assert item_states(heard.order) == {"1.1": "returned", "2.1": "returned"}
    assert plans(request_) == [(1, "at_once", 2800, True)]
    pay(request_)
    deliver_all()
    assert fresh(request_).case.status == "completed"


def test_a_part_is_paid_back_and_the_customer_keeps_it(heard, request_, owner):
    rule(heard, "partial", owner, 1234, 0, fault="carrier")
    assert answers(request_) == {"1.1": "settled", "2.1": "rejected"}
    assert item_states(heard.order) == {"1.1": "delivered", "2.1": "delivered"}
    assert plans(request_) == [(1, "at_once", 1234, True)]
    decision = Decision.objects.get()
    assert (decision.fault, decision.round, decision.goods_back) == ("carrier", 1, False)
    assert list(decision.lines.order_by("entry").values_list("amount", flat=True)) == [1234, 0]
    pay(request_)
    deliver_all()
    assert fresh(request_).case.status == "approved"  # it may be appealed
    let_time_pass("return.appeal")
    assert handle_passed() == 1
    deliver_all()
    assert (now(heard).status, fresh(request_).case.status) == ("closed", "completed")


def test_commission_goes_back_in_proportion_over_both_decisions(heard, request_, owner, customer):
    rule(heard, "partial", owner, 777, 0)
    appeal(now(heard), text="Too little.", actor=customer)
    rule(now(heard), "full", owner)
    lines = RefundLine.objects.filter(plan__case=request_.case_id, item__number="1.1")
    assert sum(line.amount for line in lines) == 2500
    item = items_of(heard.order)[0]
    assert sum(line.commission for line in lines) == item.commission


def test_money_waits_where_the_goods_come_back(heard, request_, owner, assert_invariants):
    policy(return_shipping_fee=499)
    rule(heard, "full", owner, goods_back=True, shipping_paid_by="customer")
    assert plans(request_) == [(1, "on_receipt", 2800 - 499, False)]
    assert running() == ["return.send_goods"]
    mugs, bowl = entries(heard)
    parcel = request_.case.return_parcel
    receive(parcel, units=[Received(mugs, "ok", 2), Received(bowl, "ok", 1)], actor=owner)
    assert plans(request_) == [(1, "on_receipt", 2301, True)]
    assert item_states(heard.order) == {"1.1": "returned", "2.1": "returned"}
    pay(request_)
    deliver_all()
    assert_invariants()


def test_goods_that_are_decided_back_and_never_sent_are_not_paid(heard, request_, owner):
    rule(heard, "partial", owner, 2000, 0, goods_back=True)
    assert plans(request_) == [(1, "on_receipt", 2000, False)]
    let_time_pass("return.send_goods")
    handle_passed()
    assert plans(request_) == []
    let_time_pass("return.appeal")
    handle_passed()
    deliver_all()
    assert fresh(request_).case.status == "closed"


def test_nothing_is_paid_and_the_rejection_stands(heard, request_, owner, order, customer):
    rule(heard, "none", owner, fault="customer")
    assert answers(request_) == {"1.1": "rejected", "2.1": "rejected"}
    assert (plans(request_), now(heard).status) == ([], "decided")
    let_time_pass("return.appeal")
    handle_passed()
    deliver_all()
    assert (now(heard).status, fresh(request_).case.status) == ("closed", "rejected")
    with pytest.raises(Problems, match="final"):
        asked(order)


def test_what_the_page_foretells_is_what_is_decided(heard, owner):
    policy(return_shipping_fee=250)
    terms = {"outcome": "full", "goods_back": True, "shipping_paid_by": "customer"}
    told = [one.amount for one in price_decision(heard, **terms)]
    assert not Decision.objects.exists()
    decision = rule(heard, actor=owner, **terms)
    assert told == list(decision.lines.order_by("entry").values_list("amount", flat=True))
    assert sum(told) == RefundPlan.objects.get().total == 2550


def test_refused_with_each_problem_at_its_place_and_nothing_written(heard, owner):
    with pytest.raises(Problems) as refused:
        decide(
            heard,
            outcome="most",
            fault="nobody",
            shipping_paid_by="",
            note=" ",
            internal_note="x" * 1001,
            actor=owner,
        )
    assert [problem.field for problem in refused.value.problems] == [
        "outcome",
        "fault",
        "shipping_paid_by",
        "note",
        "internal_note",
    ]
    with pytest.raises(MoreThanLeft) as refused:
        rule(heard, "partial", owner, 100, 301)
    assert (refused.value.field, refused.value.allowed) == ("lines/1/amount", ["0", "300"])
    with pytest.raises(MoreThanLeft):
        rule(heard, "partial", owner, -1)
    with pytest.raises(InvalidInput, match="Say how much"):
        rule(heard, "partial", owner, 0, 0)
    unknown = [DecidedLine(entries(heard)[0], 1), DecidedLine(entries(heard)[0], 1)]
    with pytest.raises(Problems) as refused:
        price_decision(heard, outcome="partial", lines=[*unknown, DecidedLine(0, 1)])
    assert [one.field for one in refused.value.problems] == ["lines/1/item", "lines/2/item"]
    assert not Decision.objects.exists()
    assert now(heard).status == "deciding"


def test_who_decides(heard, customer):
    seller, employee = make_member(heard.seller), make_owner(Rank.EMPLOYEE)
    for actor in (customer, seller, employee):
        with pytest.raises(NotAllowed):
            rule(heard, "none", actor)


def test_not_while_the_seller_still_has_items_to_answer(request_, owner, customer):
    _mugs, bowl = [item.pk for item in items_of(request_.case.order)]
    dispute = state_side(reject(request_, [bowl]), text="Look.", actor=customer)
    with pytest.raises(NotInDispute, match="seller's answer"):
        rule(dispute, "full", owner)


# -- The appeal -----------------------------------------------------------------------------


def test_an_appeal_is_decided_once_more_and_can_only_add(
    heard, request_, owner, customer, assert_invariants
):
    rule(heard, "partial", owner, 1000, 0)
    appeal(now(heard), text="The bowl, too.", files=[stored_file(customer)], actor=customer)
    assert now(heard).status == "appealed"
    assert running() == ["return.decision"]
    rule(now(heard), "partial", owner, 200, 300)
    assert now(heard).status == "closed"
    assert answers(request_) == {"1.1": "settled", "2.1": "approved"}
    kept = request_.items.get(item__number="1.1")
    assert kept.agreed_amount == 1200
    assert plans(request_) == [(1, "at_once", 1000, True), (2, "at_once", 500, True)]
    assert running() == []
    pay(request_)
    deliver_all()
    assert fresh(request_).case.status == "completed"
    assert_invariants()


def test_an_appeal_that_changes_nothing(heard, request_, owner, customer):
    rule(heard, "none", owner)
    appeal(now(heard), text="Please look again.", actor=customer)
    rule(now(heard), "none", owner)
    assert (now(heard).status, fresh(request_).case.status) == ("closed", "rejected")
    assert Decision.objects.count() == 2


def test_why_there_is_no_appeal(heard, owner, customer):
    def words() -> str:
        dispute = now(heard)
        last = dispute.decisions.order_by("round").last()
        return str(no_appeal(dispute, last, timezone.now()))

    def refused(match: str) -> None:
        assert match in words()
        with pytest.raises(NoAppeal, match=match):
            appeal(now(heard), text="No.", actor=customer)

    refused("not decided yet")
    rule(heard, "none", owner)
    with pytest.raises(NotAllowed):
        appeal(now(heard), text="We agree.", actor=make_member(heard.seller))
    with pytest.raises(NoteRequired):
        appeal(now(heard), text=" ", actor=customer)
    Dispute.objects.update(appeal_by=timezone.now())
    refused("time to appeal ended")
    Dispute.objects.update(appeal_by=timezone.now() + timedelta(hours=1))
    appeal(now(heard), text="Look again.", actor=customer)
    refused("decides once more")
    rule(now(heard), "partial", owner, 1)
    refused("once more on appeal")


def test_nothing_is_left_to_appeal_for_where_all_is_paid(heard, owner, customer):
    rule(heard, "full", owner)
    with pytest.raises(NoAppeal, match="nothing left"):
        appeal(now(heard), text="More.", actor=customer)


def test_an_appeal_and_its_deadline_exclude_each_other(heard, owner, customer):
    rule(heard, "none", owner)
    let_time_pass("return.appeal")
    appeal(now(heard), text="Just in time.", actor=customer)
    assert handle_passed() == 0
    assert now(heard).status == "appealed"


# -- Who reads what -------------------------------------------------------------------------

EVERYBODY = {"customer", "seller", "owner"}
# (who writes, for the customer, for the seller): who reads it.
READERS = {
    ("customer", True, True): EVERYBODY,
    ("customer", True, False): {"customer", "owner"},
    ("customer", False, False): {"customer", "owner"},
    ("seller", True, True): EVERYBODY,
    ("seller", False, True): {"seller", "owner"},
    ("seller", False, False): {"seller", "owner"},
    ("owner", True, True): EVERYBODY,
    ("owner", True, False): {"customer", "owner"},
    ("owner", False, True): {"seller", "owner"},
    ("owner", False, False): {"owner"},
}


@pytest.fixture
def parties(dispute, customer, owner) -> dict[str, Actor]:
    return {"customer": customer, "seller": make_member(dispute.seller), "owner": owner}


def told(dispute: Dispute, actor: Actor) -> list[str]:
    """What this reader's timeline tells of."""
    return [entry.type for entry in timeline_of(OrderDetail(dispute.order, actor))]


@pytest.mark.parametrize(
    ("written", "readers"), READERS.items(), ids=[" ".join(map(str, key)) for key in READERS]
)
def test_messages_files_and_their_record_are_read_by_whom_they_are_for(
    dispute, parties, written, readers
):
    role, for_customer, for_seller = written
    writer = parties[role]
    write_message(
        dispute.case,
        text="What I have to say.",
        files=[stored_file(writer)],
        for_customer=for_customer,
        for_seller=for_seller,
        actor=writer,
    )
    for model in (ReturnMessage, ReturnEvidence):
        seen = {name for name, actor in parties.items() if model.objects.visible_to(actor).exists()}
        assert seen == readers
    listed = {
        name for name, actor in parties.items() if "return.message_written" in told(dispute, actor)
    }
    assert listed == readers
    record = Event.objects.get(type="return.message_written")
    assert set(record.data["hidden_from"]) == EVERYBODY - readers
    assert "say" not in str(record.data)


def test_strangers_read_nothing(dispute, parties):
    write_message(dispute.case, text="Hello.", actor=parties["owner"])
    strangers = [
        make_customer(delivered_order()),
        make_member(make_seller()),
        Actor(Role.CARRIER, user_id=1),
    ]
    for model in (Dispute, ReturnMessage, ReturnEvidence, Decision):
        for stranger in strangers:
            assert not model.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        write_message(dispute.case, text="Let me in.", actor=strangers[1])


def test_the_record_holds_no_words_of_a_decision(heard, owner):
    rule(heard, "none", owner, note="For both.", internal_note="They always do this.")
    told = str(list(Event.objects.filter(order_id=heard.order_id).values_list("data", flat=True)))
    assert "always" not in told
    assert "For both" not in told


def test_notes_of_a_decision_are_read_by_the_owner_alone(heard, parties, owner):
    rule(heard, "none", owner, note="For both.", internal_note="They always do this.")
    for name, actor in parties.items():
        answer = whole(return_now(heard.case_id, actor), actor)
        assert ("They always do this." in str(answer)) is (name == "owner")
        assert "For both." in str(answer)
        assert "dispute.decided" in told(heard, actor)


def test_each_act_locks_the_order_first(heard, owner, customer, locks_first):
    with locks_first():
        write_message(heard.case, text="Hello.", actor=customer)
    with locks_first():
        rule(heard, "partial", owner, 100)
    with locks_first():
        appeal(now(heard), text="More.", actor=customer)


def test_who_writes_and_until_when(heard, parties, owner):
    with pytest.raises(NotAllowed):
        write_message(heard.case, text="Hi.", actor=make_member(heard.seller, Rank.EMPLOYEE))
    rule(heard, "none", owner)
    let_time_pass("return.appeal")
    handle_passed()
    for name in ("customer", "seller"):
        with pytest.raises(NotInDispute, match="over"):
            write_message(heard.case, text="One more thing.", actor=parties[name])
    write_message(heard.case, text="Kept for the file.", actor=owner, for_seller=False)


def test_a_file_is_given_once_and_by_its_giver(dispute, customer, owner):
    photo = stored_file(customer)
    with pytest.raises(InvalidInput):
        write_message(dispute.case, text="Mine.", files=[photo], actor=owner)
    write_message(dispute.case, text="Mine.", files=[photo], actor=customer)
    with pytest.raises(InvalidInput):
        write_message(dispute.case, text="Again.", files=[photo], actor=customer)
    assert StoredFile.objects.unheld().count() == 0


def test_so_many_files_and_no_more(dispute, customer, owner, monkeypatch):
    files = [stored_file(customer) for _file in range(11)]
    with pytest.raises(InvalidInput) as refused:
        write_message(dispute.case, text="All of them.", files=files, actor=customer)
    assert (refused.value.field, refused.value.allowed) == ("files", ["10"])
    monkeypatch.setattr("returns.dispute_policies.MOST_FILES_OF_SIDE", 12)
    write_message(dispute.case, text="Most of them.", files=files[:10], actor=customer)
    more = [*files[10:], stored_file(customer), stored_file(customer)]
    with pytest.raises(InvalidInput) as refused:
        write_message(dispute.case, text="The rest.", files=more, actor=customer)
    assert refused.value.allowed == ["2"]
    write_message(dispute.case, text="The rest.", files=more[:2], actor=customer)
    write_message(dispute.case, text="Ours.", files=[stored_file(owner)], actor=owner)
    write_message(dispute.case, text="No more files.", actor=customer)
