"""Tracking numbers from a file: read as people save it, checked without a trace, then shipped."""

import io

import pytest

from core.events.models import Event
from core.jobs.models import Job
from core.jobs.operations import continue_job
from packages.models import Package
from packages.tracking_file import (
    MOST_BYTES,
    TrackingRow,
    UnreadableFile,
    check_tracking,
    read_tracking,
    ship_from_file,
)
from tests.factories import make_case, make_member, make_order, make_owner, make_seller
from tests.packages.acts import make_option, packed

GOOD = "package,tracking_number\nP-1,T-1\nP-2,T-2\n"


def read(text: str, encoding: str = "utf-8") -> list[TrackingRow]:
    return read_tracking(io.BytesIO(text.encode(encoding)))


class TestReading:
    @pytest.mark.parametrize(
        "text",
        [
            GOOD,
            "\ufeff" + GOOD,
            GOOD.replace(",", ";").replace("\n", "\r\n"),
            GOOD.replace(",", "\t"),
            "\n" + GOOD.replace("package,tracking_number", "Package number,TRACKING") + "\n,\n",
            'tracking-no,"package no"\nT-1,p-1\n" T-2 ","P-2"\n',
        ],
        ids=["plain", "bom", "semicolons", "tabs", "names", "order and quotes"],
    )
    def test_as_people_save_it(self, text):
        rows = read(text)

        assert [(row.package, row.tracking_number, row.error) for row in rows] == [
            ("P-1", "T-1", ""),
            ("P-2", "T-2", ""),
        ]

    def test_further_columns(self):
        rows = read(
            "note,package,tracking,carrier,ship_anyway\nx,P-1,T-1,fast,yes\n,P-2,T-2,,no\n,P-3,T-3\n"
        )

        assert [(row.line, row.delivery_option, row.anyway) for row in rows] == [
            (2, "fast", True),
            (3, "", False),
            (4, "", False),
        ]

    def test_what_is_missing_or_named_twice_is_an_error_of_its_row(self):
        rows = read("package,tracking\nP-1,\n,T-2\n\nP-3,T-3\nP-4,T-4\np-3,T-5\n")

        assert [(row.line, row.error) for row in rows] == [
            (2, "The tracking number is missing."),
            (3, "The package number is missing."),
            (5, "Lines 5, 7 name this package; once is enough."),
            (6, ""),
            (7, "Lines 5, 7 name this package; once is enough."),
        ]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "package, tracking_number is missing"),
            ("P-1,T-1\n", "package, tracking_number is missing"),
            ("package;when\nP-1;today\n", "tracking_number is missing"),
            ("package,tracking\n\n", "no rows"),
            ("package,tracking\n" + "P-1,T-1\n" * 5001, "5001 rows"),
            ("package,tracking\n" + "x" * MOST_BYTES, "larger than 2 MB"),
            ("package,tracking\nP-1,\0\n", "UTF-8"),
            ("package,tracking\n" + "x" * 140_000, "cannot be read"),
        ],
    )
    def test_what_is_no_such_file(self, text, why):
        with pytest.raises(UnreadableFile, match=why) as refused:
            read(text)

        assert refused.value.field == "file"

    def test_another_encoding_is_named(self):
        with pytest.raises(UnreadableFile, match="UTF-8"):
            read(GOOD + "P-3,Größe\n", "utf-16")
        with pytest.raises(UnreadableFile, match="UTF-8"):
            read(GOOD + "P-3,Größe\n", "latin-1")


def rows_of(*given: tuple) -> list[TrackingRow]:
    return [TrackingRow(line, *cells) for line, cells in enumerate(given, start=2)]


@pytest.mark.django_db
class TestShipping:
    @pytest.fixture
    def seller(self):
        return make_seller()

    @pytest.fixture
    def member(self, seller):
        return make_member(seller, "employee")

    @pytest.fixture
    def packages(self, seller):
        make_option("std", is_default=True, tracking_pattern=r"T-\d+")
        return [packed(make_order(sellers=[seller])) for _n in range(4)]

    def test_a_dry_run_tells_all_and_writes_nothing(self, packages, member):
        [fine, asked, wrong, _other] = packages
        make_case(asked.order)
        foreign = packed(make_order())
        before = Event.objects.count()

        rows = check_tracking(
            rows_of(
                (fine.number, "T-1"),
                (asked.number, "T-2"),
                (wrong.number, "nonsense"),
                (foreign.number, "T-4"),
                ("P-NONE", "T-5"),
            ),
            member,
        )

        assert rows[0].error == ""
        assert "asked to cancel" in rows[1].error
        assert "look different" in rows[2].error
        assert [row.error for row in rows[3:]] == ["There is no such package."] * 2
        assert (Event.objects.count(), Job.objects.count()) == (before, 0)

    def test_the_good_rows_ship_and_the_others_are_reported(
        self, packages, member, assert_invariants
    ):
        [fine, asked, wrong, also] = packages
        make_case(asked.order)
        foreign = packed(make_order())
        text = (
            "package,tracking,ship_anyway\n"
            f"{fine.number},T-1,\n{asked.number},T-2,yes\n{wrong.number},nonsense,\n"
            f"{foreign.number},T-4,\n{also.number},T-5,\n"
        )

        job = ship_from_file(read(text), member)
        while continue_job(job_id=job.pk):
            pass

        job.refresh_from_db()
        assert (job.status, job.total, job.done, job.failed) == ("done", 5, 5, 2)
        assert list(job.rows.failed().values_list("label", "message")) == [
            (f"Line 4: {wrong.number}", "This carrier's tracking numbers look different."),
            (f"Line 5: {foreign.number}", "There is no such package."),
        ]
        shipped = Package.objects.filter(status="shipped").order_by("pk")
        assert [(package.pk, package.tracking_number) for package in shipped] == [
            (fine.pk, "T-1"),
            (asked.pk, "T-2"),
            (also.pk, "T-5"),
        ]
        assert_invariants()

    def test_the_rules_are_asked_again_when_a_rows_turn_comes(self, packages, member):
        job = ship_from_file(rows_of((packages[0].number, "T-1")), member)
        make_case(packages[0].order)  # asked after the dry run

        continue_job(job_id=job.pk)

        assert "asked to cancel" in job.rows.get().message

    def test_a_way_of_delivery_by_whatever_it_is_called(self, packages, member):
        make_option("ex-1", company="Swift")
        make_option("ex-2", company="Swift")
        package = packages[0].number

        def check(called: str) -> TrackingRow:
            return check_tracking(rows_of((package, "ABC", called)), member)[0]

        assert [check(called).delivery_option for called in ("ex-1", "EX-1", "Swift Ex-2")] == [
            "ex-1",
            "ex-1",
            "ex-2",
        ]
        assert "write its code: ex-1, ex-2" in check("swift").error
        assert "no way of delivery called Owl post" in check("Owl post").error

    def test_an_option_that_is_not_offered_is_an_error_of_its_row(self, packages, member):
        make_option("gone", active=False)

        [row] = check_tracking(rows_of((packages[0].number, "T-1", "gone")), member)

        assert "not offered" in row.error

    def test_it_asks_the_same_number_of_questions_however_many_rows(
        self, packages, member, django_assert_num_queries
    ):
        rows = rows_of(*((package.number, f"T-{package.pk}", "std") for package in packages))

        for few in (rows[:1], rows):
            with django_assert_num_queries(4):
                check_tracking(few, member)

    def test_the_owner_ships_for_every_seller(self, packages):
        foreign = packed(make_order())
        rows = rows_of((packages[0].number, "T-1"), (foreign.number, "T-2"))

        assert [row.error for row in check_tracking(rows, make_owner())] == ["", ""]
