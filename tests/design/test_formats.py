"""Amounts and moments as the reader sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from core import formats

NOW = datetime(2026, 11, 20, 11, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday_in_lisbon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with timezone.override("Europe/Lisbon"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (128970, "BRL", "1,289.70"),
        (94000, "KRW", "94,000"),
        (58750, "KWD", "58.750"),
        (-2267, "EUR", "−22.67"),
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (900719925474099301, "EUR", "9,007,199,254,740,993.01"),
    ],
)
def test_a_figure_has_the_decimals_of_its_currency(minor, currency, words):
    assert formats.figure(minor, currency) == words


def test_a_figure_follows_the_language():
    with translation.override("de"):
        assert formats.figure(128970, "BRL") == "1.289,70"


def test_a_moment_is_written_in_the_readers_zone():
    moment = datetime(2026, 11, 18, 16, 2, tzinfo=UTC)
    assert formats.when(moment) == "Wed 18 Nov, 16:02"
    with timezone.override("America/Sao_Paulo"):
        assert formats.when(moment) == "Wed 18 Nov, 13:02"


def test_a_moment_shortly_before_midnight_belongs_to_the_readers_day():
    with timezone.override("Asia/Tokyo"):
        assert formats.day(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)) == "Thu 19 Nov"


def test_the_year_stands_only_where_it_is_not_this_one():
    assert formats.day(date(2015, 11, 23)) == "Mon 23 Nov 2015"
    assert formats.when(datetime(2018, 1, 2, 9, 5, tzinfo=UTC)) == "Tue 2 Jan 2018, 09:05"


def test_other_languages_get_their_own_order():
    with translation.override("de"):
        assert formats.when(datetime(2026, 11, 18, 16, 2, tzinfo=UTC)) == "Mi., 18. Nov., 16:02"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=8), "Today, 11:32"),
        (timedelta(days=1), "Yesterday"),
        (timedelta(days=9), "11 Nov"),
        (timedelta(days=3000), "3 Sep 2018"),
    ],
)
def test_lists_say_when_shortly(ago, words):
    assert formats.recently(NOW - ago) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3, hours=12, seconds=59), "3 d 12 h"),
        (timedelta(days=5), "5 d"),
        (timedelta(hours=9, minutes=5), "9 h 05 min"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(seconds=20), "0 min"),
        (timedelta(0), "0 min overdue"),
        (-timedelta(minutes=12), "12 min overdue"),
        (-timedelta(hours=4, minutes=59), "4 h overdue"),
        (-timedelta(days=2, hours=3), "2 d overdue"),
    ],
)
def test_time_left(left, words):
    assert formats.time_left(NOW + left, NOW) == words
