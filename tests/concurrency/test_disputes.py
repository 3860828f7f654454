"""Disputes: two decisions, an appeal against its deadline, the customer's side against theirs."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from core.deadlines.operations import handle_passed
from core.errors import DomainError
from core.events.models import Event
from refunds.models import RefundPlan
from returns.models import Decision, Dispute, ReturnMessage
from returns.operations import DecidedLine, appeal, decide, reject_items, state_side, write_message
from tests.concurrency.threads import at_once
from tests.factories import items_of, make_customer, make_member, make_owner
from tests.returns.acts import ask, delivered_order, let_time_pass, select

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
ROUNDS = 5


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Tasks are rung for after each commit; here nobody needs to hear it."""
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


class Scene:
    """A return of one item worth 25.00 that its seller has rejected."""

    def __init__(self):
        order = delivered_order()
        item = items_of(order)[0]
        self.customer = make_customer(order)
        self.seller = make_member(item.seller)
        request = ask(order, self.customer, select(item))
        reject_items(
            request, actor=self.seller, reason_code="as_described", message="It is as described."
        )
        self.case = request.case
        self.pk = Dispute.objects.get(case=request.case_id).pk

    @property
    def dispute(self) -> Dispute:
        return Dispute.objects.get(pk=self.pk)

    @property
    def telling(self):
        return partial(state_side, self.dispute, text="It came broken.", actor=self.customer)

    @property
    def appealing(self):
        return partial(appeal, self.dispute, text="Too little.", actor=self.customer)

    def deciding(self, outcome: str, amount: int = 0):
        entry = self.dispute.items.get().entry_id
        return partial(
            decide,
            self.dispute,
            outcome=outcome,
            lines=[DecidedLine(entry, amount)],
            fault="seller",
            shipping_paid_by="seller",
            note="Looked at.",
            actor=make_owner(),
        )

    def paid(self) -> list[int]:
        plans = RefundPlan.objects.live().filter(case=self.case)
        return list(plans.order_by("round").values_list("total", flat=True))

    def times(self, event: str) -> int:
        return Event.objects.filter(subject_type="dispute", subject_id=self.pk, type=event).count()


def refused(results: list[object]) -> list[str]:
    return [one.code for one in results if isinstance(one, DomainError)]


def test_of_two_decisions_one_is_made_and_paid():
    for _round in range(ROUNDS):
        scene = Scene()
        scene.telling()
        results = at_once(scene.deciding("partial", 700), scene.deciding("full"))
        assert refused(results) == ["not_in_dispute"]
        assert Decision.objects.filter(dispute=scene.pk).count() == 1
        assert scene.paid() in ([700], [2500])


def test_an_appeal_against_its_deadline_has_one_winner():
    for _round in range(ROUNDS):
        scene = Scene()
        scene.telling()
        scene.deciding("partial", 700)()
        let_time_pass("return.appeal")
        results = at_once(scene.appealing, handle_passed, handle_passed)
        codes = refused(results)
        ended = scene.dispute.status
        assert (codes, ended) in (([], "appealed"), (["no_appeal"], "closed"))
        assert scene.times("dispute.closed") == (ended == "closed")
        assert scene.dispute.appealed_at is None or ended == "appealed"


def test_an_appeal_is_made_once_and_decided_once():
    scene = Scene()
    scene.telling()
    scene.deciding("none")()
    assert refused(at_once(scene.appealing, scene.appealing)) == ["no_appeal"]
    results = at_once(scene.deciding("partial", 300), scene.deciding("full"))
    assert refused(results) == ["not_in_dispute"]
    assert scene.paid() in ([300], [2500])
    assert scene.dispute.status == "closed"


def test_the_customers_side_against_their_deadline_is_heard_or_refused():
    for _round in range(ROUNDS):
        scene = Scene()
        let_time_pass("return.statement")
        results = at_once(scene.telling, handle_passed, handle_passed)
        assert refused(results) == []  # their own time is not over, only the sweep came early
        assert scene.dispute.status == "deciding"
        assert scene.times("dispute.deciding") == 1
        assert ReturnMessage.objects.filter(case=scene.case).count() == 1


def test_nothing_but_all_is_decided_before_the_customer_was_heard():
    for _round in range(ROUNDS):
        scene = Scene()
        results = at_once(scene.telling, scene.deciding("none"))
        assert refused(results) in ([], ["not_in_dispute"])
        assert scene.dispute.stated_at is not None
        assert scene.dispute.status in ("deciding", "decided")


def test_a_late_decision_is_told_once_by_any_number_of_sweeps():
    scene = Scene()
    scene.telling()
    let_time_pass("return.decision")
    assert sum(at_once(handle_passed, handle_passed, handle_passed)) == 1
    assert scene.times("dispute.decision_overdue") == 1


def test_messages_and_a_decision_do_not_lose_each_other():
    scene = Scene()
    scene.telling()
    Dispute.objects.filter(pk=scene.pk).update(statement_by=timezone.now() - timedelta(hours=1))
    says = partial(write_message, scene.case, text="One more thing.")
    results = at_once(
        partial(says, actor=scene.customer),
        partial(says, actor=scene.seller),
        scene.deciding("partial", 100),
    )
    assert refused(results) == []
    assert ReturnMessage.objects.filter(case=scene.case).count() == 3
