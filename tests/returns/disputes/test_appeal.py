"""One appeal, which can only add; and why there is none."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.deadlines.operations import handle_passed
from core.errors import NotAllowed
from orders.reasons import NoteRequired
from returns.dispute_policies import NoAppeal, no_appeal
from returns.models import Decision, Dispute
from returns.operations import (
    appeal,
)
from tests.factories import make_member
from tests.returns.acts import (
    answers,
    deliver_all,
    fresh,
    let_time_pass,
    pay,
    plans,
    running,
    stored_file,
)
from tests.returns.disputes.acts import now, rule

pytestmark = pytest.mark.django_db


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
