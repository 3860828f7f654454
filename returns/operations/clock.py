"""The time to answer a return stands still while the customer thinks about an offer."""

from datetime import datetime

from django.utils import timezone

from core.actors import SYSTEM
from core.deadlines.models import Deadline
from core.deadlines.operations import arm, disarm
from orders.models import Case
from returns.models import Offer
from returns.offer_policies import LEAST_TIME_LEFT
from returns.operations.deciding import ANSWER_STEP, ESCALATED_STEP

OFFERED = "offered"  # why the clock stands still, as its deadline keeps it


def stop_clock(case: Case) -> None:
    """The customer's turn: no answer is due before they have said something about an offer."""
    disarm(ANSWER_STEP, ESCALATED_STEP, subject=case, outcome=OFFERED)
    _show_due(case, _next_offer_ends(case))


def set_clock(case: Case) -> None:
    """As a person has left it. An answered case has no clock any more; one that waits, and about
    which nobody thinks of an offer any more, goes on with what was left of its time, at least
    four hours. A deadline that has passed closes itself: its handler does not come here.
    """
    if case.status != Case.Status.WAITING:
        disarm(ANSWER_STEP, ESCALATED_STEP, subject=case, outcome=case.status)
        return
    if ends := _next_offer_ends(case):
        _show_due(case, ends)
        return
    clocks = Deadline.objects.of(case).filter(step__in=(ANSWER_STEP, ESCALATED_STEP))
    if clocks.open().exists():
        return
    stopped = clocks.filter(outcome=OFFERED, handled_at__isnull=False).order_by("pk").last()
    if stopped is None or stopped.handled_at is None:
        return
    left = max(stopped.due_at - stopped.handled_at, LEAST_TIME_LEFT)
    due = timezone.now() + left
    arm(stopped.step, subject=case, zone=stopped.time_zone, actor=SYSTEM, due=due)
    _show_due(case, due)


def _next_offer_ends(case: Case) -> datetime | None:
    offers = Offer.objects.open().filter(case=case).order_by("due_at")
    return offers.values_list("due_at", flat=True).first()


def _show_due(case: Case, due: datetime | None) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=due)
    case.due_at = due
