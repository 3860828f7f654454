"""Acts of the driver (inside.py) about time: every step of a deadline runs somewhere, many are due
at once, and how late each was acted on is measured by the database's clock."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy
from cancellations.operations import evaluate_cancellation
from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed
from core.events.models import Delivery, Event
from core.events.tasks import deliver
from tests.proofs import scenes
from tests.proofs.pairs import desk
from tests.proofs.scenes import People, Scene

SOON = timedelta(seconds=10)  # longer than it takes to write down when all are due
ESCALATED = {"cancellation.answer": "cancellation.escalated", "return.answer": "return.escalated"}


def _held(people: People) -> Scene:
    """A cancellation that somebody has to answer; a worker may have found that out first."""
    scene = scenes.asked_packed(people)
    evaluate_cancellation(request_id=scene.request.pk)
    return scene


def _sent(people: People) -> Scene:
    scene = desk.awaited(people)
    desk.send(scene)
    return scene


def _lost(people: People) -> Scene:
    scene = desk.stated(people)
    desk.decide_none(scene)
    return scene


SCENES: dict[str, Callable[[People], Scene]] = {
    "cancellation.answer": _held,
    "cancellation.escalated": _held,
    "package.ship_by": scenes.placed,
    "return.answer": desk.asked,
    "return.escalated": desk.asked,
    "return.offer": desk.offered,
    "return.send_goods": desk.awaited,
    "return.confirm_receipt": _sent,
    "return.statement": desk.rejected,
    "return.decision": desk.stated,
    "return.appeal": _lost,
}
_running: dict[str, list[int]] = {}  # step: deadlines of this run
_to_remind: list[int] = []


def run_clocks(*, each: int) -> None:
    """Let every step run, `each` times, and as many that will only be reminded of."""
    people = People()
    AutoApprovalPolicy.objects.get_or_create(pk=1, defaults={"up_to_amount": 0, "currency": "EUR"})
    for step, scene in SCENES.items():
        for _turn in range(each):
            _running.setdefault(step, []).append(_clock(scene(people), step))
    _to_remind.extend(_clock(desk.asked(people), "return.answer") for _turn in range(each))


def _clock(scene: Scene, step: str) -> int:
    """The deadline of this step in a scene; an escalated one begins when an answer is overdue."""
    ours = Deadline.objects.open().filter(order_id=scene.order.pk)
    for before, after in ESCALATED.items():
        if step == after:
            past = Now() - timedelta(seconds=1)
            overdue = {"started_at": past, "due_at": past, "next_attempt_at": past}
            ours.filter(step=before).update(action="escalate", **overdue)
            handle_passed()  # unless beat was first
    return ours.get(step=step).pk


def make_due(*, seed: int, spread: float) -> None:
    """Half of all at one instant, the others over `spread` seconds; reminders likewise."""
    dice = random.Random(f"clocks/{seed}")
    every = [pk for step in _running.values() for pk in step]
    instant = timezone.now() + SOON
    for place, pk in enumerate([*every, *_to_remind]):
        at = instant + timedelta(seconds=dice.uniform(0, spread) if place % 2 else 0)
        ours = Deadline.objects.open().filter(pk=pk)
        if pk in _to_remind:
            ours.update(next_reminder_at=at, reminders_at=[at])
        else:
            ours.update(due_at=at, next_attempt_at=at, reminders_at=[], next_reminder_at=None)


def ring(*, tasks: int) -> None:
    """So many tasks stand in the queue: of deliveries that were made, so they come to nothing."""
    made = list(Delivery.objects.exclude(handled_at=None).values_list("pk", flat=True)[:100])
    for number in range(tasks):
        deliver.apply_async(kwargs={"delivery_id": made[number % len(made)]}, retry=False)


def reminders_due() -> dict[str, str]:
    """{deadline: when it is to be reminded of}; asked before that, for it is forgotten then."""
    due = Deadline.objects.filter(pk__in=_to_remind).values_list("pk", "next_reminder_at")
    return {str(pk): at.isoformat() for pk, at in due}


def to_act_on() -> int:
    """How many of this run's were not acted on or reminded of yet."""
    every = [pk for step in _running.values() for pk in step]
    waiting = Deadline.objects.open().filter(pk__in=every).count()
    return waiting + Deadline.objects.filter(pk__in=_to_remind, reminders_sent=0).count()


def lateness() -> dict:
    """Per step, in seconds, the latest of all; and whatever was not acted on exactly once."""
    late: dict[str, float] = {}
    odd: list[str] = []
    passed = _events("deadline.passed")
    for step, pks in _running.items():
        rows = Deadline.objects.filter(pk__in=pks).annotate(late=F("handled_at") - F("due_at"))
        found = list(rows)
        late[step] = max((one.late.total_seconds() for one in found if one.late), default=-1.0)
        odd += [
            f"{one}: acted on {len(passed[one.pk])} times in {one.attempts} attempts"
            for one in found
            if (len(passed[one.pk]), one.attempts) != (1, 1) or one.handled_at is None
        ]
    return {"late": late, "odd": odd, "outcomes": _outcomes()}


def reminded() -> dict[str, list[str]]:
    """{deadline: when it was reminded of}."""
    near = _events("deadline.neared")
    return {str(pk): [at.isoformat() for at in near[pk]] for pk in _to_remind}


def _events(name: str) -> dict[int, list]:
    found: dict[int, list] = {pk: [] for pks in (*_running.values(), _to_remind) for pk in pks}
    events = Event.objects.filter(type=name, subject_type=Deadline.EVENT, subject_id__in=found)
    for pk, at in events.values_list("subject_id", "recorded_at"):
        found[pk].append(at)
    return found


def _outcomes() -> dict[str, int]:
    every = [pk for step in _running.values() for pk in step]
    ends = Deadline.objects.filter(pk__in=every).values_list("step", "outcome")
    return dict(sorted(Counter(f"{step}: {end}" for step, end in ends).items()))


OF_TIME = (run_clocks, make_due, ring, reminders_due, to_act_on, lateness, reminded)
