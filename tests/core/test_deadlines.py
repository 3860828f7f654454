"""Arming, disarming, reminding, and acting on what has passed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actors import IMPORTER, SYSTEM, Actor, Role
from core.deadlines import on_expiry, operations
from core.deadlines.defaults import DEFAULTS
from core.deadlines.expiry import HANDLERS
from core.deadlines.models import Deadline, DeadlineRule, HolidayCalendar
from core.events.models import Event
from core.jobs.models import Job, JobRow
from tests.core.test_events_at_once import at_once

pytestmark = pytest.mark.django_db
ZONE = "America/Sao_Paulo"
STEP = "probe.answer"


@pytest.fixture(autouse=True)
def rule(db):
    rule = DeadlineRule.objects.create(
        step=STEP, amount=2, unit="hours", on_expiry="approve", reminders_before=[60, 15]
    )
    yield rule
    HANDLERS.pop(STEP, None)


@pytest.fixture
def armed(subject):
    return operations.arm(STEP, subject=subject, zone=ZONE, actor=SYSTEM)


@pytest.fixture
def passed(armed):
    """A deadline that passed a second ago."""
    return lapse(armed)


def lapse(deadline: Deadline) -> Deadline:
    shift(deadline, deadline.due_at - timezone.now() + timedelta(seconds=1))
    return deadline


def shift(deadline: Deadline, span: timedelta) -> None:
    """Everything about the deadline lies that much earlier."""
    deadline.refresh_from_db()
    for column in ("started_at", "due_at", "next_attempt_at"):
        setattr(deadline, column, getattr(deadline, column) - span)
    deadline.reminders_at = [moment - span for moment in deadline.reminders_at]
    deadline.next_reminder_at = deadline.reminders_at[0] if deadline.reminders_at else None
    deadline.save()


def handled_as(outcome=None, fail=()):
    """Register a handler that adds a row to the job, and fails for the given subjects."""

    @on_expiry(STEP)
    def handle(deadline):
        JobRow.objects.create(
            job_id=deadline.subject_id, position=deadline.pk, label="acted", status="done"
        )
        if deadline.subject_id in fail:
            raise RuntimeError("not today")
        return outcome


def acts() -> int:
    return JobRow.objects.filter(label="acted").count()


# -- Rules ----------------------------------------------------------------------------------


def test_the_products_rules_hold_until_the_owner_writes_others():
    start = datetime(2026, 11, 20, 15, tzinfo=UTC)  # a Friday

    assert DEFAULTS["package.ship_by"].unit == "working_days"
    assert {terms.step for terms in DEFAULTS.values()} == set(DEFAULTS)
    two_days = operations.due_for("cancellation.answer", zone=ZONE, start=start)
    assert two_days == datetime(2026, 11, 23, 3, tzinfo=UTC)
    DeadlineRule.objects.create(
        step="cancellation.answer", amount=3, unit="calendar_days", on_expiry="escalate"
    )
    three_days = operations.due_for("cancellation.answer", zone=ZONE, start=start)
    assert three_days == datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_a_rule_counts_by_its_own_calendar(rule):
    brazil = HolidayCalendar.objects.create(code="br", name="Brazil")
    brazil.holidays.create(date="2026-11-23", name="A Monday off")
    DeadlineRule.objects.filter(pk=rule.pk).update(amount=1, unit="working_days", calendar=brazil)

    due = operations.due_for(STEP, zone=ZONE, start=datetime(2026, 11, 20, 15, tzinfo=UTC))

    assert due == datetime(2026, 11, 25, 3, tzinfo=UTC), "Tuesday counts whole"


def test_a_step_nobody_knows_is_refused(subject):
    with pytest.raises(operations.UnknownStep, match=r"no\.such"):
        operations.arm("no.such", subject=subject, zone=ZONE, actor=SYSTEM)


def test_a_step_has_one_handler():
    handled_as()

    with pytest.raises(ValueError, match="handler already"):
        on_expiry(STEP)(lambda deadline: None)


# -- Arming and disarming -------------------------------------------------------------------


def test_arming_writes_the_instant_once(subject, armed):
    assert armed.due_at - armed.started_at == timedelta(hours=2)
    assert (armed.subject_type, armed.subject_id, armed.seller_id) == ("job", subject.pk, 7)
    assert (armed.action, armed.time_zone) == ("approve", ZONE)

    DeadlineRule.objects.filter(step=STEP).update(amount=5)
    again = operations.arm(STEP, subject=subject, zone=ZONE, actor=SYSTEM)
    assert (again.pk, again.due_at) == (armed.pk, armed.due_at)


def test_the_database_allows_one_open_deadline_per_step_and_subject(armed):
    armed.pk = None

    with pytest.raises(IntegrityError, match="deadline_open_once"):
        armed.save(force_insert=True)


def test_an_imported_past_arms_nothing(subject):
    assert operations.arm(STEP, subject=subject, zone=ZONE, actor=IMPORTER) is None
    assert not Deadline.objects.exists()


def test_who_answers_in_time_stops_it(subject, passed):
    handled_as()

    assert operations.disarm(STEP, subject=subject, outcome="rejected") == 1
    assert operations.disarm(STEP, subject=subject, outcome="approved") == 0
    assert operations.handle_passed() == 0

    passed.refresh_from_db()
    assert passed.outcome == "rejected"
    assert acts() == 0


def test_after_an_answer_it_can_be_armed_anew(subject, armed):
    operations.disarm(subject=subject, outcome="rejected")

    anew = operations.arm(STEP, subject=subject, zone=ZONE, actor=SYSTEM)

    assert anew.pk != armed.pk


def test_a_seller_sees_their_own_deadlines(armed):
    def seen(**about):
        return Deadline.objects.visible_to(Actor(Role.SELLER, **about)).count()

    assert (seen(seller_id=7), seen(seller_id=8), seen()) == (1, 0, 0)
    assert Deadline.objects.visible_to(Actor(Role.CUSTOMER, user_id=1)).count() == 0


# -- The sweep ------------------------------------------------------------------------------


def test_what_has_not_passed_is_left_alone(armed):
    handled_as()

    assert operations.handle_passed() == 0
    assert acts() == 0


def test_what_has_passed_is_acted_on_once(passed):
    handled_as()

    assert [operations.handle_passed() for _ in range(3)] == [1, 0, 0]

    passed.refresh_from_db()
    assert (passed.outcome, passed.attempts) == ("approve", 1)
    assert passed.handled_at
    event = Event.objects.get(subject_type="deadline")
    assert (event.type, event.data) == ("deadline.passed", {"step": STEP, "outcome": "approve"})
    assert event.seller_id == 7


def test_the_handler_may_say_what_came_of_it(passed):
    handled_as(outcome="already_answered")

    operations.handle_passed()

    passed.refresh_from_db()
    assert passed.outcome == "already_answered"


def test_a_handler_that_fails_leaves_nothing_and_stops_nobody(passed):
    with transaction.atomic():
        other = Job.objects.create(kind="probe", actor_role="system")
    lapse(operations.arm(STEP, subject=other, zone=ZONE, actor=SYSTEM))
    handled_as(fail={passed.subject_id})

    assert operations.handle_passed() == 1

    passed.refresh_from_db()
    assert passed.handled_at is None
    assert passed.next_attempt_at > timezone.now()
    assert "not today" in passed.last_error
    assert list(JobRow.objects.values_list("job", flat=True)) == [other.pk]

    HANDLERS.pop(STEP)
    handled_as()
    Deadline.objects.filter(pk=passed.pk).update(next_attempt_at=timezone.now())
    assert operations.handle_passed() == 1, "it is tried again until it works"


def test_a_step_without_a_handler_waits_and_says_so(passed):
    assert operations.handle_passed() == 0

    passed.refresh_from_db()
    assert "Nobody says" in passed.last_error


def test_an_answer_during_the_handler_wins(passed):
    @on_expiry(STEP)
    def answered_meanwhile(deadline):
        JobRow.objects.create(job_id=deadline.subject_id, position=1, label="acted", status="done")
        Deadline.objects.filter(pk=deadline.pk).update(
            handled_at=timezone.now(), outcome="rejected"
        )

    # Seen from the sweep this is an answer that was committed before its own last step.
    assert operations.handle_passed() == 0
    assert acts() == 0


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_act_once(db, doorbell):
    DeadlineRule.objects.get_or_create(
        step=STEP, defaults={"amount": 2, "unit": "hours", "on_expiry": "approve"}
    )
    with transaction.atomic():
        jobs = [Job.objects.create(kind="probe", actor_role="system") for _ in range(12)]
    for job in jobs:
        shift(operations.arm(STEP, subject=job, zone=ZONE, actor=SYSTEM), timedelta(hours=3))
    handled_as()

    counts = at_once(4, operations.handle_passed)

    assert sum(counts) == 12
    assert acts() == 12
    assert not Deadline.objects.open().exists()
    assert Event.objects.filter(type="deadline.passed").count() == 12


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_an_answer_at_once_do_not_wait_for_each_other_for_ever(db, doorbell):
    """Both take the subject's lock, as an order's: one of the two acts, none is lost."""
    DeadlineRule.objects.get_or_create(
        step=STEP, defaults={"amount": 2, "unit": "hours", "on_expiry": "approve"}
    )

    @on_expiry(STEP)
    def approve(deadline):
        job = Job.objects.select_for_update().get(pk=deadline.subject_id)
        Job.objects.filter(pk=job.pk).update(title=f"{job.title}approved")

    def answer(job_id):
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=job_id)
            if job.title:
                return
            Job.objects.filter(pk=job_id).update(title="answered")
            operations.disarm(STEP, subject=job, outcome="answered")

    for _ in range(15):
        with transaction.atomic():
            job = Job.objects.create(kind="probe", actor_role="system")
        deadline = operations.arm(STEP, subject=job, zone=ZONE, actor=SYSTEM)
        shift(deadline, timedelta(hours=3))
        turns = iter([operations.handle_passed, lambda pk=job.pk: answer(pk)])

        at_once(2, lambda turns=turns: next(turns)())

        job.refresh_from_db()
        deadline.refresh_from_db()
        assert (job.title, deadline.outcome) in {
            ("approved", "approve"),
            ("answered", "answered"),
        }


# -- Reminders ------------------------------------------------------------------------------


def neared() -> int:
    return Event.objects.filter(type="deadline.neared").count()


def test_reminders_are_events_one_each(armed):
    assert operations.remind() == 0

    shift(armed, timedelta(minutes=61))
    assert [operations.remind(), operations.remind()] == [1, 0]

    shift(armed, timedelta(minutes=45))
    assert operations.remind() == 1
    assert operations.remind() == 0

    armed.refresh_from_db()
    assert armed.reminders_sent == neared() == 2
    assert armed.next_reminder_at is None


def test_after_an_outage_one_reminder_is_enough(armed):
    shift(armed, timedelta(minutes=110))

    assert operations.remind() == 1
    assert operations.remind() == 0
    assert neared() == 1


def test_nobody_is_reminded_of_what_is_answered_or_over(subject, armed):
    shift(armed, timedelta(hours=3))
    assert operations.remind() == 0

    operations.disarm(subject=subject, outcome="approved")
    again = operations.arm(STEP, subject=subject, zone=ZONE, actor=SYSTEM)
    shift(again, timedelta(minutes=61))
    operations.disarm(subject=subject, outcome="approved")
    assert operations.remind() == 0
    assert neared() == 0


def test_a_deadline_shorter_than_its_reminder_has_none(subject, rule):
    DeadlineRule.objects.filter(pk=rule.pk).update(amount=1, reminders_before=[60, 2000])

    armed = operations.arm(STEP, subject=subject, zone=ZONE, actor=SYSTEM)

    assert armed.reminders_at == []
    assert armed.next_reminder_at is None
