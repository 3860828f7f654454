"""Exports made every day or week: when, how often, and when no more."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.models import StaffMember
from core.actors import Rank
from core.errors import InvalidInput, NotAllowed
from core.exports.models import Export, ExportSchedule, Wish
from core.exports.operations import (
    keep_schedule,
    pause_schedule,
    resume_schedule,
    retry_export,
    run_due_schedules,
)
from core.exports.tasks import run_due_schedules as beat
from core.exports.timing import next_run
from core.notifications.models import Notification
from tests.concurrency.threads import at_once
from tests.exports import sample
from tests.factories import make_owner

BERLIN = "Europe/Berlin"


def at(*moment: int, zone: str = BERLIN, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


class TestWhen:
    def test_today_if_the_hour_is_still_to_come_else_tomorrow(self):
        early, late = at(2026, 11, 20, 6, 59), at(2026, 11, 20, 7, 0)

        assert next_run(early, every="day", hour=7, zone=BERLIN) == at(2026, 11, 20, 7)
        assert next_run(late, every="day", hour=7, zone=BERLIN) == at(2026, 11, 21, 7)

    def test_weekly_on_its_day(self):
        friday = at(2026, 11, 20, 12)

        for weekday, day in [(4, 27), (5, 21), (0, 23)]:
            found = next_run(friday, every="week", weekday=weekday, hour=7, zone=BERLIN)
            assert found == at(2026, 11, day, 7)

    def test_the_hour_on_the_wall_stays_when_the_clocks_change(self):
        before = at(2026, 10, 24, 7)

        runs = [before]
        for _day in range(2):
            runs.append(next_run(runs[-1], every="day", hour=7, zone=BERLIN))

        assert [run.hour for run in runs] == [5, 6, 6]

    def test_an_hour_that_the_clocks_leap_over_is_due_at_the_leap(self):
        found = next_run(at(2026, 3, 28, 12), every="day", hour=2, zone=BERLIN)

        assert found == at(2026, 3, 29, 3)
        assert next_run(found, every="day", hour=2, zone=BERLIN) == at(2026, 3, 30, 2)

    def test_of_an_hour_that_comes_twice_it_is_the_first(self):
        found = next_run(at(2026, 10, 24, 12), every="day", hour=2, zone=BERLIN)

        assert found == at(2026, 10, 25, 2, fold=0)
        assert next_run(found, every="day", hour=2, zone=BERLIN) == at(2026, 10, 26, 2)

    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
        st.integers(0, 23),
        st.sampled_from(
            [BERLIN, "America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Asia/Kathmandu"]
        ),
    )
    def test_there_is_one_run_on_each_day_whatever_the_clocks_do(self, after, hour, zone):
        first = next_run(after, every="day", hour=hour, zone=zone)
        second = next_run(first, every="day", hour=hour, zone=zone)

        assert after < first < second
        days = [moment.astimezone(ZoneInfo(zone)).date() for moment in (first, second)]
        assert days[1] - days[0] == timedelta(days=1)
        assert first - after <= timedelta(hours=26)


@pytest.fixture
def keep(owner):
    def kept(**wish) -> ExportSchedule:
        wish = {
            "source": sample.NAME,
            "format": "csv",
            "columns": ["label"],
            "query": "",
            "actor": owner,
            "zone": BERLIN,
            "language": "en",
            "name": "Every morning",
            "every": "day",
            "hour": 7,
        } | wish
        return keep_schedule(**wish)

    return kept


def make_due(*schedules: ExportSchedule, days: int = 1) -> None:
    ExportSchedule.objects.filter(pk__in=[schedule.pk for schedule in schedules]).update(
        next_run_at=timezone.now() - timedelta(days=days)
    )


@pytest.mark.django_db
class TestRunning:
    def test_it_makes_an_export_of_its_own_name_as_its_person(self, keep, owner):
        schedule = keep(query="label=row")
        assert schedule.next_run_at > timezone.now()
        assert run_due_schedules() == []
        make_due(schedule)

        (export,) = run_due_schedules()

        assert export.schedule == schedule
        assert (export.job.title, export.query) == ("Every morning", "label=row")
        assert export.actor.user_id == owner.user_id
        schedule.refresh_from_db()
        assert schedule.last_run_at is not None
        assert schedule.next_run_at > timezone.now()

    def test_a_run_and_a_retry_repeat_all_that_was_wished_for(self, keep, owner):
        wish = {
            "source": sample.NAME,
            "format": "xlsx",
            "columns": ["position", "label"],
            "query": "label=row",
            "zone": "Asia/Tokyo",
            "language": "de",
        }
        of_person = {"user", "actor_role", "actor_rank", "seller_id", "created_at"}
        assert {field.name for field in Wish._meta.fields} - of_person == set(wish)
        schedule = keep(**wish)
        make_due(schedule)

        (export,) = run_due_schedules()
        again = retry_export(export, owner)

        for kept in (schedule, export, again):
            assert {name: getattr(kept, name) for name in wish} == wish

    def test_runs_that_were_missed_are_one_run(self, keep):
        make_due(keep(), days=9)

        assert len(run_due_schedules()) == 1
        assert run_due_schedules() == []

    def test_beat_may_be_doubled(self, keep):
        make_due(keep())
        beat()
        beat()

        assert Export.objects.count() == 1

    def test_a_member_who_is_gone_gets_no_more_files(self, keep, owner):
        schedule = keep()
        make_due(schedule)
        StaffMember.objects.filter(user_id=owner.user_id).update(valid_to=timezone.now())

        assert run_due_schedules() == []

        schedule.refresh_from_db()
        assert schedule.active is False
        assert "does not work here any more" in schedule.stopped_because
        assert Notification.objects.get().template == "export_schedule_stopped"

    def test_who_has_a_lower_rank_now_gets_no_more_files(self, keep, owner):
        schedule = keep()
        make_due(schedule)
        StaffMember.objects.filter(user_id=owner.user_id).update(rank=Rank.EMPLOYEE)

        assert run_due_schedules() == []

        schedule.refresh_from_db()
        assert "Manager or Admin" in schedule.stopped_because

    def test_a_column_that_is_gone_stops_only_that_one(self, keep):
        broken, whole = keep(), keep(name="Other")
        ExportSchedule.objects.filter(pk=broken.pk).update(columns=["gone"])
        make_due(broken, whole)

        assert [export.schedule_id for export in run_due_schedules()] == [whole.pk]
        broken.refresh_from_db()
        assert "gone" in broken.stopped_because

    def test_too_many_unfinished_ones_only_put_it_off(self, keep, start, made, settings):
        settings.EXPORT_MOST_UNFINISHED = 1
        other = start()
        make_due(keep())

        assert run_due_schedules() == []
        made(other)
        assert len(run_due_schedules()) == 1

    def test_a_paused_one_waits_and_then_goes_on_from_now(self, keep, owner):
        schedule = keep()
        pause_schedule(schedule, actor=owner)
        make_due(schedule)
        assert run_due_schedules() == []

        resume_schedule(schedule, actor=owner)

        assert run_due_schedules() == [], "what was missed is not made"
        schedule.refresh_from_db()
        assert schedule.next_run_at > timezone.now()

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"hour": 24}, "hour"),
            ({"every": "hour"}, "every"),
            ({"every": "week"}, "weekday"),
            ({"name": "  "}, "name"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, keep, wish, field):
        with pytest.raises(InvalidInput) as refusal:
            keep(**wish)

        assert refusal.value.field == field

    def test_it_needs_a_manager(self, keep):
        with pytest.raises(NotAllowed):
            keep(actor=make_owner(Rank.EMPLOYEE))


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_many_beats_at_once_begin_each_run_once(keep):
    make_due(keep(), keep(name="Other"))

    at_once(*[run_due_schedules] * 4)

    assert Export.objects.count() == 2
    assert Export.objects.values("schedule").distinct().count() == 2
