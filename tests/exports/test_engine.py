"""From a wish to a file: what stands in it, and what stays when it does not come to be."""

import codecs
import errno
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.actors import Rank, Via
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from core.exports import writing
from core.exports.models import Export, ExportPart, ExportPreset
from core.exports.operations import TooManyExports, retry_export, sweep_files
from core.exports.sources import ColumnsNotValid, SourceNotFound
from core.jobs.models import Job, JobRow
from core.jobs.operations import continue_job, request_cancel
from tests.exports import sample
from tests.exports.reading import cells_of, lines_of, values_of, workbooks_of
from tests.factories import make_member, make_owner, make_seller

pytestmark = pytest.mark.django_db
EVERY_KIND = ["position", "label", "amount", "day", "moment", "message", "status"]
# 23:30 in UTC, the next day in Berlin.
LATE = datetime(2026, 7, 31, 23, 30, 5, tzinfo=UTC)


class TestCsv:
    def test_columns_stand_in_the_chosen_order_and_rows_in_the_lists(self, start, made):
        sample.fill(3)

        export = made(start(columns=["position", "label"]))

        assert lines_of(export) == [
            ["Position", "Label"],
            ["3", "row 3"],
            ["2", "row 2"],
            ["1", "row 1"],
        ]

    def test_each_kind_is_written_as_programs_read_it(self, start, made):
        sample.fill(3, created_at=LATE)

        export = made(start(columns=EVERY_KIND))

        when = ["2026-08-01", "2026-08-01T01:30:05+02:00", "", "It's 100% done"]
        assert lines_of(export)[1:] == [
            ["3", "row 3", "-2.00", *when],
            ["2", "row 2", "-0.300", *when],
            ["1", "row 1", "-400", *when],
        ]

    def test_what_csv_gives_a_meaning_comes_back_as_it_was(self, start, made):
        text = 'a "quoted", comma; line\nand\r\nmore — ü 名 '
        sample.fill(1, message=text)

        assert lines_of(made(start(columns=["message"])))[1] == [text]

    @pytest.mark.parametrize("rows", [0, 7])
    def test_excel_is_told_that_it_is_utf_8_and_a_program_is_not(
        self, start, made, owner, settings, rows
    ):
        settings.EXPORT_ROWS_PER_STEP = 3
        sample.fill(rows)
        told = {}
        for via in Via:
            export = made(start(columns=["position"], actor=owner.through(via)))
            content = writing.file_of(export.number).read_bytes()
            assert (export.size, export.rows) == (len(content), rows)
            lines = content.decode("utf-8-sig").splitlines()
            assert lines == ["Position", *map(str, range(rows, 0, -1))]
            told[via] = content.count(codecs.BOM_UTF8)
            assert content.startswith(codecs.BOM_UTF8) == bool(told[via])

        assert told == dict.fromkeys(Via, 1) | {Via.API: 0}

    def test_built_again_on_a_page_it_is_for_a_person(self, start, made, owner):
        export = made(start(actor=owner.through(Via.API)))

        again = made(retry_export(export, owner))

        content = writing.file_of(again.number).read_bytes()
        assert content.startswith(codecs.BOM_UTF8)
        assert content[len(codecs.BOM_UTF8) :] == writing.file_of(export.number).read_bytes()

    def test_only_what_the_lists_filters_leave(self, start, made):
        sample.fill(12)

        export = made(start(query="label=row+1&cursor=abc"))

        assert [label for label, _position in lines_of(export)[1:]] == [
            "row 12",
            "row 11",
            "row 10",
            "row 1",
        ]
        assert export.query == "label=row+1", "the page that was open is no filter"

    def test_only_ticked_rows_also_when_the_filters_do_not_leave_them_any_more(self, start, made):
        sample.fill(5)

        export = made(start(query="label=other", chosen=["4", "2"]))

        assert [label for label, _position in lines_of(export)[1:]] == ["row 4", "row 2"]

    def test_a_list_without_rows_is_a_file_with_a_heading(self, start, made):
        export = made(start())

        assert lines_of(export) == [["Label", "Position"]]
        assert (export.rows, export.job.status) == (0, "done")


class TestWorkbooks:
    def test_every_kind_of_cell_comes_back_with_its_type(self, start, made):
        sample.fill(3, created_at=LATE)

        heading, *rows = cells_of(made(start(columns=EVERY_KIND, format="xlsx")))

        assert [cell.value for cell in heading] == [
            *("Position", "Label", "Amount", "Day", "Moment", "Message", "Status")
        ]
        assert all(cell.font.b for cell in heading)
        when = [datetime(2026, 8, 1), datetime(2026, 8, 1, 1, 30, 5), None, "It's 100% done"]
        assert [[cell.value for cell in row] for row in rows] == [
            [3, "row 3", -2, *when],
            [2, "row 2", -0.3, *when],
            [1, "row 1", -400, *when],
        ]
        assert [cell.data_type for cell in rows[0]] == ["n", "s", "n", "d", "d", "n", "s"]
        assert [row[2].number_format for row in rows] == ["0.00", "0.000", "0"]
        assert rows[0][3].value.date() == date(2026, 8, 1)

    @pytest.mark.parametrize("second", [0, 1, 43, 59])
    def test_a_moment_lies_in_its_second_and_not_just_before(self, start, made, second):
        """A day's fraction is cut off, and programs that do not round would show 19:14:42."""
        sample.fill(1, created_at=datetime(2026, 11, 21, 19, 14, second, tzinfo=UTC))

        made_of = made(start(columns=["moment"], format="xlsx", zone="UTC"))

        with zipfile.ZipFile(writing.file_of(made_of.number)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        days = Decimal(re.search(r'r="A2"[^>]*><v>([\d.]+)', sheet)[1])
        assert int(days * 86400) % 60 == second

    def test_what_xml_cannot_hold_does_not_break_the_file(self, start, made):
        text = "<b>&amp; \x01\x1f _x0041_ ]]> \t\r\n  end\U0001f600"
        sample.fill(1, message=text)

        (value,) = values_of(made(start(columns=["message"], format="xlsx")))[1]

        assert "_x0001__x001F_" in value  # ECMA-376's own notation: Excel shows the characters
        assert "_x005F_x0041_" in value  # and this is how it is told from a text like that
        assert value.startswith("<b>&amp; ")
        assert value.endswith("  end\U0001f600")

    def test_more_rows_than_one_workbook_holds_become_a_zip_of_numbered_ones(
        self, start, made, settings
    ):
        settings.EXPORT_ROWS_PER_WORKBOOK = 4
        sample.fill(10)

        export = made(start(format="xlsx"))

        today = timezone.localdate(timezone=ZoneInfo(export.zone))
        assert export.file_name == f"probe-rows-{today}-{export.number}.zip"
        books = workbooks_of(export)
        assert [name[-9:] for name in books] == ["-001.xlsx", "-002.xlsx", "-003.xlsx"]
        assert all(rows[0][0].value == "Label" for rows in books.values())
        assert [row[1].value for rows in books.values() for row in rows[1:]] == [*range(10, 0, -1)]

    def test_a_list_without_rows_is_a_workbook_with_a_heading(self, start, made):
        assert values_of(made(start(format="xlsx"))) == [["Label", "Position"]]


class TestTheJob:
    def test_it_tells_how_far_it_is_and_ends_with_a_file(self, start, made, settings):
        settings.EXPORT_ROWS_PER_STEP = 4
        sample.fill(10)
        export = start()

        done = []
        while continue_job(job_id=export.job_id):
            done.append(Job.objects.values_list("done", "total").get(pk=export.job_id))

        assert done == [(4, 10), (8, 10), (10, 10)]
        made(export)
        assert [position for _label, position in lines_of(export)[1:]] == [
            str(position) for position in range(10, 0, -1)
        ]
        assert (export.rows, export.size) == (10, writing.file_of(export.number).stat().st_size)
        assert export.expires_at - export.ready_at == timedelta(days=7)
        assert export.downloadable

    def test_of_its_parts_nothing_stays(
        self, start, made, settings, files, django_capture_on_commit_callbacks
    ):
        settings.EXPORT_ROWS_PER_STEP = 4
        sample.fill(10)
        with django_capture_on_commit_callbacks(execute=True):
            export = made(start())

        assert ExportPart.objects.count() == 0
        assert [path.name for path in (files / export.number).iterdir()] == ["file"]

    def test_rows_are_those_of_the_beginning(self, start, made, settings):
        """A row that comes, goes out of the filters or moves in the order meanwhile neither
        doubles nor is missing; what stands in it is what it was when its part was written."""
        settings.EXPORT_ROWS_PER_STEP = 4
        job = sample.fill(10)
        export = start(query="label=row")
        continue_job(job_id=export.job_id)

        sample.add_rows(job, 11, 15)
        JobRow.objects.filter(job=job, position__lte=3).update(label="moved away")
        JobRow.objects.filter(job=job, position=5).update(position=500)
        made(export)

        positions = [position for _label, position in lines_of(export)[1:]]
        assert positions == ["10", "9", "8", "7", "6", "500", "4", "3", "2", "1"]
        assert lines_of(export)[-1][0] == "moved away"

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_cancelling_leaves_no_file(
        self, start, owner, settings, files, ending, django_capture_on_commit_callbacks
    ):
        settings.EXPORT_ROWS_PER_STEP = settings.EXPORT_ROWS_PER_WORKBOOK = 4
        sample.fill(10)
        with django_capture_on_commit_callbacks(execute=True):
            export = start(format=ending)
            continue_job(job_id=export.job_id)
        assert (files / export.number).exists()

        with django_capture_on_commit_callbacks(execute=True):
            request_cancel(export.job, actor=owner)
            request_cancel(export.job, actor=owner)

        assert Job.objects.get(pk=export.job_id).status == "cancelled"
        assert not (files / export.number).exists()
        assert ExportPart.objects.count() == 0

    def test_a_long_step_notices_that_it_is_cancelled(
        self, start, owner, files, monkeypatch, django_capture_on_commit_callbacks
    ):
        sample.fill(3000)
        export = start(format="xlsx")
        asked = []

        def cancelled_meanwhile(job):  # as another connection would commit it
            asked.append(job.pk)
            if len(asked) == 2:
                Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
            return ask(job)

        from core.exports import kinds

        ask = kinds.stop_if_asked
        monkeypatch.setattr(kinds, "stop_if_asked", cancelled_meanwhile)
        # Only what was committed before the step stays when a step is undone.
        monkeypatch.setattr("core.jobs.operations._stop", _as_asked_from_outside)
        with django_capture_on_commit_callbacks(execute=True):
            assert continue_job(job_id=export.job_id) is False

        assert len(asked) == 2, "of three thousand rows two thousand were left unread"
        assert Job.objects.get(pk=export.job_id).status == "cancelled"
        assert not (files / export.number).exists()

    def test_a_full_disk_ends_it_in_words(
        self, start, made, files, monkeypatch, django_capture_on_commit_callbacks
    ):
        sample.fill(3)

        def full(*_given):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("core.exports.kinds.csv_files.write_part", full)
        with django_capture_on_commit_callbacks(execute=True):
            export = made(start())

        assert (export.job.status, export.job.last_error) == (
            "failed",
            "The disk for files is full.",
        )
        assert export.ready_at is None
        assert not (files / export.number).exists()

    def test_a_part_that_is_lost_ends_it_in_words(self, start, made, settings):
        settings.EXPORT_ROWS_PER_STEP = 4
        sample.fill(10)
        export = start()
        continue_job(job_id=export.job_id)
        writing.part_of(export.number, 1).unlink()

        made(export)

        assert export.job.status == "failed"
        assert "A part of the file is gone" in export.job.last_error

    def test_what_a_dead_worker_left_is_swept(self, start, made, files, monkeypatch):
        sample.fill(3)
        done, waiting = made(start()), start()
        for number in (done.number, waiting.number, "E-NOBODYS"):
            (files / number / "parts").mkdir(parents=True, exist_ok=True)
        (files / done.number / "file.1234.part").touch()
        monkeypatch.setattr("core.exports.operations.keeping.UNTOUCHED_SECONDS", -10)

        assert sweep_files() == 2

        assert sorted(path.name for path in files.iterdir()) == sorted(
            [done.number, waiting.number]
        )
        assert [path.name for path in (files / done.number).iterdir()] == ["file"]
        assert (files / waiting.number / "parts").exists()


def _as_asked_from_outside(job) -> None:
    from core.jobs.operations import _end

    _end(Job.objects.get(pk=job.pk), Job.Status.CANCELLED)


class TestAsking:
    def test_what_was_chosen_is_offered_next_time(self, start, owner):
        start(columns=["position", "label"], format="xlsx")
        start(columns=["label"])

        preset = ExportPreset.objects.get(user_id=owner.user_id)
        assert (preset.name, preset.columns, preset.format) == ("", ["label"], "csv")

    def test_it_needs_a_manager(self, start):
        seller = make_seller()
        for actor in (make_member(seller, Rank.EMPLOYEE), make_owner(Rank.EMPLOYEE)):
            with pytest.raises(NotAllowed):
                start(actor=actor, source="orders")
        for actor in (make_member(seller, Rank.MANAGER), make_owner(Rank.MANAGER)):
            start(actor=actor, source="orders", columns=["order_number"])

    def test_a_source_of_another_role_is_not_there(self, start):
        with pytest.raises(SourceNotFound) as refusal:
            start(actor=make_member(make_seller()))

        assert sample.NAME not in refusal.value.allowed

    @pytest.mark.parametrize("columns", [[], ["label", "label"], ["label", "password"]])
    def test_columns_are_asked_for(self, start, columns):
        with pytest.raises(ColumnsNotValid) as refusal:
            start(columns=columns)

        assert "label" in refusal.value.allowed

    @pytest.mark.parametrize(
        ("wish", "field"), [({"format": "pdf"}, "format"), ({"zone": "Mars/Base"}, "zone")]
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, start, wish, field):
        with pytest.raises(InvalidInput) as refusal:
            start(**wish)

        assert refusal.value.field == field
        assert Job.objects.filter(kind="export").count() == 0

    def test_one_persons_exports_stay_few(self, start, made, owner, settings):
        settings.EXPORT_MOST_UNFINISHED = 2
        first, _second = start(), start()

        with pytest.raises(TooManyExports):
            start()
        start(actor=make_owner())
        made(first)
        start()

    def test_retrying_makes_the_same_with_the_rows_of_now(self, start, made, owner):
        job = sample.fill(1)
        export = made(start(columns=["position"], title="Mine"))
        sample.add_rows(job, 2, 2)

        again = made(retry_export(export, owner))

        assert again.number != export.number
        assert again.job.title == "Mine"
        assert lines_of(again) == [["Position"], ["2"], ["1"]]

    def test_the_job_is_told_of_in_the_log(self, start, made):
        export = made(start())

        types = Event.objects.filter(subject_type="job", subject_id=export.job_id)
        assert list(types.order_by("seq").values_list("type", flat=True)) == [
            "job.waiting",
            "job.running",
            "job.done",
        ]
        assert Export.objects.get().job.actor.user_id == export.user_id
