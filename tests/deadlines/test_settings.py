"""The owner's deadlines and calendars: operations, and the pages that call them."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.deadlines.defaults import CHOICES, DEFAULTS, actions_of
from core.deadlines.models import Action, DeadlineRule, HolidayCalendar
from core.deadlines.operations import due_for
from core.deadlines.settings import change_rule, checked_rule, save_calendar
from core.errors import Conflict, InvalidInput, NotAllowed
from core.events.models import Event
from marketplace.deadlines import views
from marketplace.deadlines.steps import STEPS
from tests.factories import make_member, make_owner, make_seller
from tests.people import signed_in

pytestmark = pytest.mark.django_db
STEP = "package.ship_by"
LIST = "/owner/settings/deadlines/"
PAGE = f"{LIST}{STEP}/"
GOOD = {"amount": 3, "unit": "working_days", "on_expiry": "cancel", "reminders_before": [1440, 60]}
TYPED = {"amount": 3, "unit": "working_days", "on_expiry": "cancel", "reminders_before": "24, 0.5"}


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def brazil(owner):
    return save_calendar(
        None,
        code="br",
        name="Brazil",
        weekend=[7],
        holidays={date(2026, 12, 25): "Natal"},
        actor=owner,
    )


def events(kind: str) -> list[Event]:
    return list(Event.objects.filter(type__startswith=kind).order_by("seq"))


# -- Rules ----------------------------------------------------------------------------------


def test_every_step_has_words_and_every_choice_is_known():
    assert set(STEPS) == set(DEFAULTS)
    assert set(CHOICES) <= set(DEFAULTS)
    for step, terms in DEFAULTS.items():
        assert terms.on_expiry in actions_of(step)
        assert set(actions_of(step)) <= set(Action.values)


def test_a_changed_rule_holds_from_then_on_and_is_recorded_once(owner, brazil):
    change_rule(STEP, **GOOD, calendar=brazil, actor=owner)
    change_rule(STEP, **GOOD, calendar=brazil, actor=owner)  # nothing new

    [event] = events("deadline_rule")
    assert (event.type, event.actor_user_id) == ("deadline_rule.changed", owner.user_id)
    assert event.data["amount"] == 3
    start = datetime(2026, 12, 23, 12, tzinfo=UTC)  # Wednesday; Saturday is worked on
    due = due_for(STEP, zone="America/Sao_Paulo", start=start)
    assert due == datetime(2026, 12, 29, 3, tzinfo=UTC)  # Thursday, Saturday, Monday

    change_rule(STEP, **GOOD | {"amount": 1}, actor=owner)
    assert [event.seq for event in events("deadline_rule")] == [1, 2]
    assert DeadlineRule.objects.get().calendar is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 251}, "amount"),
        ({"unit": "weeks"}, "unit"),
        ({"on_expiry": "approve"}, "on_expiry"),
        ({"reminders_before": [4 * 24 * 60]}, "reminders_before"),
        ({"reminders_before": [0]}, "reminders_before"),
        ({"reminders_before": [1, 2, 3, 4, 5, 6]}, "reminders_before"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(owner, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        change_rule(STEP, **GOOD | wrong, actor=owner)
    assert refused.value.field == field
    assert not DeadlineRule.objects.exists()


def test_the_reminders_that_the_product_comes_with_could_be_saved_as_they_are():
    for step, terms in DEFAULTS.items():
        checked_rule(
            step,
            amount=terms.amount,
            unit=terms.unit,
            on_expiry=terms.on_expiry,
            reminders_before=terms.reminders_before,
        )


def test_only_an_admin_of_the_marketplace_changes_rules_and_calendars(brazil):
    for actor in (make_owner("manager"), make_member(make_seller())):
        with pytest.raises(NotAllowed):
            change_rule(STEP, **GOOD, actor=actor)
        with pytest.raises(NotAllowed):
            save_calendar(brazil, name="Mine", weekend=[], holidays={}, actor=actor)


# -- Calendars ------------------------------------------------------------------------------


def test_a_calendar_is_its_whole_list_and_says_what_changed(owner, brazil):
    save_calendar(
        brazil,
        name="Brasil",
        weekend=[6, 7],
        holidays={date(2026, 12, 25): "Natal", date(2027, 1, 1): "Ano Novo"},
        actor=owner,
    )
    save_calendar(
        brazil, name="Brasil", weekend=[6, 7], holidays={date(2027, 1, 1): ""}, actor=owner
    )

    assert list(brazil.holidays.values_list("date", "name")) == [(date(2027, 1, 1), "")]
    told = [(event.data["added"], event.data["removed"]) for event in events("holiday_calendar")]
    assert told == [(["2026-12-25"], []), (["2027-01-01"], []), ([], ["2026-12-25"])]


def test_a_code_is_taken_once_and_some_day_is_worked_on(owner, brazil):
    with pytest.raises(Conflict):
        save_calendar(None, code="br", name="B", weekend=[], holidays={}, actor=owner)
    with pytest.raises(InvalidInput):
        save_calendar(brazil, name="B", weekend=range(1, 8), holidays={}, actor=owner)


# -- Pages ----------------------------------------------------------------------------------


@pytest.fixture
def page(client, owner):
    return signed_in(client, owner)


def test_the_list_names_every_step_and_costs_the_same_with_many_rules(page, owner, brazil):
    with CaptureQueriesContext(connection) as few:
        text = page.get(LIST).content.decode()
    for step in STEPS.values():
        assert str(step.name).replace("'", "&#x27;") in text
    for step, terms in DEFAULTS.items():
        if terms.unit == "working_days":
            facts = {"amount": 4, "unit": terms.unit, "on_expiry": terms.on_expiry}
            change_rule(step, **facts, calendar=brazil, actor=owner)
    save_calendar(None, code="pt", name="Portugal", weekend=[6, 7], holidays={}, actor=owner)
    with CaptureQueriesContext(connection) as many:
        assert "Changed by the marketplace" in page.get(LIST).content.decode()
    assert len(many) <= len(few) + 1  # the holidays, once


def test_a_preview_says_when_and_writes_nothing(page, monkeypatch):
    class Clock:
        @staticmethod
        def now():
            return datetime(2026, 11, 20, 15, tzinfo=UTC)  # a Friday

    monkeypatch.setattr(views, "timezone", Clock)
    answer = page.post(PAGE, TYPED | {"try": "1"})

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "An order placed now would have to ship before" in text
    assert "Thu 26 Nov" in text
    assert "Nothing was changed." in text
    assert not DeadlineRule.objects.exists()


def test_saving_a_rule_on_the_page(page, brazil):
    answer = page.post(PAGE, TYPED | {"calendar": brazil.pk})

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    rule = DeadlineRule.objects.get(step=STEP)
    assert (rule.amount, rule.on_expiry, rule.calendar) == (3, "cancel", brazil)
    assert rule.reminders_before == [1440, 30]
    assert 'value="24, 0.5"' in page.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"reminders_before": "soon"}, {"amount": "999"}, {"reminders_before": "1e99999"}]
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(page, wrong):
    answer = page.post(PAGE, TYPED | wrong)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert f'value="{next(iter(wrong.values()))}"' in answer.content.decode()
    assert not DeadlineRule.objects.exists()


def test_an_unknown_step_is_a_missing_page(page):
    assert page.get(f"{LIST}no.such/").status_code == 404


def test_a_pasted_list_becomes_a_calendar(page):
    pasted = "2026-12-25 Natal\r\n\r\n2027-01-01;Ano Novo\r\n2027-04-21"
    page.post(
        f"{LIST}calendars/new/",
        {"code": "br", "name": "Brazil", "weekend": ["6", "7"], "holidays": pasted},
    )

    calendar = HolidayCalendar.objects.get(code="br")
    assert dict(calendar.holidays.values_list("date", "name")) == {
        date(2026, 12, 25): "Natal",
        date(2027, 1, 1): "Ano Novo",
        date(2027, 4, 21): "",
    }
    text = page.get(f"{LIST}calendars/{calendar.pk}/").content.decode()
    assert "2026-12-25 Natal" in text


def test_lines_that_are_no_days_are_named(page, brazil):
    answer = page.post(
        f"{LIST}calendars/{brazil.pk}/",
        {"name": "Brazil", "weekend": ["7"], "holidays": "2026-12-25\n25.12.2026\n2026-13-01"},
    )
    assert answer.status_code == 422
    assert "in line 2, 3." in answer.content.decode()
    assert brazil.holidays.count() == 1
