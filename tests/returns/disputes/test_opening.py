"""A rejection opens a dispute, and the customer tells their side."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed
from returns.dispute_policies import NotInDispute
from returns.models import Dispute, ReturnEvidence, ReturnMessage
from returns.operations import (
    approve_items,
    state_side,
    write_message,
)
from tests.factories import items_of, make_member
from tests.returns.acts import (
    events,
    fresh,
    let_time_pass,
    plans,
    running,
    stored_file,
)
from tests.returns.disputes.acts import entries, now, reject

pytestmark = pytest.mark.django_db


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
