"""What the event log promises, on real PostgreSQL."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.actors import IMPORTER, SYSTEM, Actor, Role
from core.events import Entry, operations, record, record_many
from core.events.models import Delivery, Event
from core.jobs.models import Job, JobRow
from tests.core import reactions  # noqa: F401 (registers them)

pytestmark = pytest.mark.django_db


def labels() -> list[str]:
    return list(JobRow.objects.order_by("pk").values_list("label", flat=True))


def test_events_of_a_subject_are_numbered_without_gaps(subject, happen):
    for _ in range(5):
        happen("probe.unheard")

    seqs = Event.objects.filter(subject_id=subject.pk, subject_type="job").values_list("seq")
    assert [seq for (seq,) in seqs.order_by("id")] == [1, 2, 3, 4, 5]
    subject.refresh_from_db()
    assert subject.version == 5


def test_one_seq_of_a_subject_cannot_be_used_twice(subject, happen):
    happen("probe.unheard")

    with pytest.raises(IntegrityError), transaction.atomic():
        record("probe.unheard", subject=subject, actor=SYSTEM)


def test_an_event_says_who_where_and_about_whom(subject, happen):
    actor = Actor(Role.SELLER, user_id=3, seller_id=7)

    event = happen("probe.unheard", actor=actor, units=2)

    assert (event.actor_role, event.actor_user_id, event.actor_seller_id) == ("seller", 3, 7)
    assert (event.via, event.seller_id, event.order_id) == ("page", 7, None)
    assert event.data == {"units": 2}


def test_only_subscribers_are_owed_an_event(happen):
    unheard, noted = happen("probe.unheard"), happen("probe.noted")

    assert not unheard.deliveries.exists()
    assert sorted(noted.deliveries.values_list("subscriber", flat=True)) == [
        "tests.core.reactions.note",
        "tests.core.reactions.note_as_well",
    ]


def test_an_imported_past_has_no_effects(subject, happen, doorbell):
    event = happen("probe.noted", actor=IMPORTER)
    happen("probe.inside", actor=IMPORTER)

    assert event.imported
    assert not Delivery.objects.exists()
    assert labels() == []
    assert doorbell == []


def test_a_time_that_is_not_known_stays_unknown(subject):
    with transaction.atomic():
        entry = Entry("probe.unheard", subject, seq=9, occurred_at=None, inferred=True)
        event = record_many([entry], actor=IMPORTER)[0]

    event.refresh_from_db()
    assert event.occurred_at is None
    assert event.inferred
    assert event.recorded_at


def test_a_reaction_within_sees_and_shares_the_transaction(happen):
    event = happen("probe.inside")

    assert labels() == [f"inside {event.pk}"]
    assert not event.deliveries.exists()


def test_a_reaction_within_that_fails_undoes_what_happened(subject, happen):
    with pytest.raises(ValueError, match="not inside"), transaction.atomic():
        happen("probe.refused")

    assert labels() == []
    assert not Event.objects.exists()
    subject.refresh_from_db()
    assert subject.version == 0


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_can_be_recorded(subject):
    with pytest.raises(RuntimeError, match="transaction"):
        record("probe.unheard", subject=subject, actor=SYSTEM)


def test_events_can_neither_be_changed_nor_deleted(happen):
    event = happen("probe.unheard")

    for change in (
        lambda: Event.objects.filter(pk=event.pk).update(type="probe.other"),
        lambda: Event.objects.filter(pk=event.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_delivery_is_handled_once_however_often_it_is_asked_for(happen):
    event = happen("probe.noted")
    delivery = event.deliveries.get(subscriber="tests.core.reactions.note")

    for _ in range(3):
        operations.deliver(delivery_id=delivery.pk)

    delivery.refresh_from_db()
    assert delivery.handled_at
    assert delivery.attempts == 1
    assert labels() == [f"note {event.pk}"]


def test_a_reaction_that_fails_leaves_nothing_and_waits_longer_each_time(happen, let_time_pass):
    delivery = happen("probe.broken").deliveries.get()
    waits = []

    for _ in range(4):
        operations.deliver(delivery_id=delivery.pk)
        waits.append(_seconds_to_wait(delivery.pk))
        operations.deliver(delivery_id=delivery.pk)  # a second copy of the task: not due yet
        let_time_pass(Delivery, "next_attempt_at")

    delivery.refresh_from_db()
    assert delivery.attempts == 4
    assert [round(wait / 5) * 5 for wait in waits] == [10, 20, 40, 80]
    assert "broken on purpose" in delivery.last_error
    assert labels() == []


def _seconds_to_wait(pk: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM next_attempt_at - clock_timestamp())"
            " FROM events_delivery WHERE id = %s",
            [pk],
        )
        return float(cursor.fetchone()[0])


def test_a_reaction_that_fails_five_times_is_given_up_and_can_be_revived(happen, let_time_pass):
    delivery = happen("probe.broken").deliveries.get()

    for _ in range(7):
        operations.deliver(delivery_id=delivery.pk)
        let_time_pass(Delivery, "next_attempt_at")

    delivery.refresh_from_db()
    assert delivery.dead_at
    assert delivery.attempts == 5
    assert operations.owed_deliveries() == []

    assert operations.revive(delivery_ids=[delivery.pk]) == 1
    operations.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.dead_at) == (1, None)


def test_a_delivery_that_never_comes_back_is_given_up_after_five_attempts(happen, let_time_pass):
    """As when it kills its worker: attempts are counted before the work."""
    delivery = happen("probe.noted").deliveries.first()
    Delivery.objects.filter(pk=delivery.pk).update(attempts=5)
    let_time_pass(Delivery, "next_attempt_at")

    operations.deliver(delivery_id=delivery.pk)

    delivery.refresh_from_db()
    assert delivery.dead_at
    assert delivery.last_error
    assert labels() == []


def test_the_sweeper_finds_what_was_never_nudged(happen, doorbell, let_time_pass):
    from core.events.tasks import deliver_overdue

    event = happen("probe.noted")
    deliver_overdue()
    assert doorbell == []  # it is only just there: its own nudge comes first

    let_time_pass(Delivery, "next_attempt_at")
    _forget_slots()
    deliver_overdue()

    owed = sorted(event.deliveries.values_list("pk", flat=True))
    assert sorted(ids["delivery_id"] for _, ids in doorbell) == owed
    assert {name for name, _ in doorbell} == {"core.events.deliver"}


def _forget_slots() -> None:
    from core.deadlines.models import PeriodicRun

    PeriodicRun.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_neither_the_act_nor_the_event(
    subject, happen, monkeypatch, let_time_pass
):
    from celery.app.task import Task
    from kombu.exceptions import OperationalError

    tried = []

    def away(task, **options):
        tried.append(options)
        raise OperationalError("nobody there")

    monkeypatch.setattr(Task, "apply_async", away)
    event = happen("probe.noted")

    assert event.deliveries.count() == 2
    assert len(tried) == 1, "after the first failure nobody waits for further ones"

    let_time_pass(Delivery, "next_attempt_at")
    for delivery_id in operations.owed_deliveries():
        operations.deliver(delivery_id=delivery_id)
    assert sorted(labels()) == [f"also {event.pk}", f"note {event.pk}"]


def test_handled_deliveries_are_forgotten_after_a_month(happen):
    old, young = happen("probe.noted"), happen("probe.noted")
    for delivery_id in Delivery.objects.values_list("pk", flat=True):
        operations.deliver(delivery_id=delivery_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_delivery SET handled_at = handled_at - interval '31 days'"
            " WHERE event_id = %s",
            [old.pk],
        )

    assert operations.forget_old_deliveries() == 2
    assert set(Delivery.objects.values_list("event", flat=True)) == {young.pk}
    assert Event.objects.filter(pk=old.pk).exists()


def test_who_sees_events(subject, happen):
    event = happen("probe.unheard")
    Job.objects.filter(pk=subject.pk).update(seller_id=8)
    subject.refresh_from_db()
    foreign = happen("probe.unheard")

    def seen(actor: Actor) -> set[int]:
        return set(Event.objects.visible_to(actor).values_list("pk", flat=True))

    assert seen(Actor(Role.OWNER)) == {event.pk, foreign.pk}
    assert seen(Actor(Role.SELLER, seller_id=7)) == {event.pk}
    assert seen(Actor(Role.SELLER)) == set()
    assert seen(Actor(Role.CUSTOMER, user_id=1)) == set()
