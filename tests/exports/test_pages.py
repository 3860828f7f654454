"""Choosing, watching and having exports through HTTP."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.actors import Rank
from core.exports.models import Export, ExportSchedule
from sellers.models import SellerMember
from tests.exports.tables import asked, finished, rows_of
from tests.factories import line, make_member, make_order, make_owner, make_seller
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def page(client, owner):
    return signed_in(client, owner)


@pytest.fixture
def orders():
    seller = make_seller()
    return [make_order(number=f"T-{n}", lines=[line(seller)]) for n in (1, 2, 3)]


WISH = {"source": "orders", "format": "csv", "which": "shown", "columns": ["total", "order_number"]}


def start(page, **changes):
    return page.post(reverse("owner:export_new"), {**WISH, **changes})


class TestChoosing:
    def test_the_dialog_says_how_many_rows_each_answer_means(self, page, orders):
        response = page.get(reverse("owner:export_new"), {"source": "orders", "search": "T-2"})

        text = response.content.decode()
        assert "1 of this list" in text
        assert "All 3" in text
        assert [told.value for told in response.context["filters"]] == ["T-2"]
        assert "<c-" not in text

    def test_it_comes_over_the_list_where_scripts_run(self, page, orders):
        response = page.get(
            reverse("owner:export_new"), {"source": "orders"}, headers={"HX-Request": "true"}
        )

        text = response.content.decode()
        assert "<dialog" in text
        assert "<html" not in text

    def test_the_columns_are_in_the_file_in_the_order_that_was_chosen(self, page, orders):
        start(page, query="search=T-2")

        export = finished(Export.objects.get())
        assert rows_of(export) == [["Order total", "Order number"], ["10.00", "T-2"]]
        assert export.job.title == "Orders, T-2"

    def test_all_means_all_whatever_the_list_shows(self, page, orders):
        start(page, query="search=T-2", which="all")

        assert finished(Export.objects.get()).rows == 3

    def test_ticked_rows_alone(self, page, orders):
        start(page, query="search=T-", which="ticked", numbers=["T-1", "T-3"])

        assert sorted(row[1] for row in rows_of(finished(Export.objects.get()))[1:]) == [
            "T-1",
            "T-3",
        ]

    def test_all_matching_in_the_bulk_bar_is_what_the_list_shows(self, page, orders):
        asked_with = {"source": "orders", "numbers": ["T-1"], "all": "1", "query": "search=T-2"}
        response = page.get(reverse("owner:export_new"), asked_with)

        assert response.context["ticked"] == []
        assert "1 of this list" in response.content.decode()

    def test_without_columns_nothing_starts_and_the_form_says_so(self, page, orders):
        response = start(page, columns=[])

        assert response.status_code == 422
        assert "Choose at least one column." in response.content.decode()
        assert not Export.objects.exists()

    def test_two_clicks_are_one_export(self, page, orders):
        for _click in range(2):
            start(page, form_key="one-form")

        assert Export.objects.count() == 1

    def test_next_time_the_last_choice_is_there(self, page, orders):
        start(page)

        response = page.get(reverse("owner:export_new"), {"source": "orders"})

        assert [column.name for column in response.context["chosen"]] == ["total", "order_number"]

    def test_another_source_than_ones_own_is_not_there(self, page):
        assert page.get(reverse("owner:export_new"), {"source": "secrets"}).status_code == 404

    def test_an_employee_neither_sees_the_button_nor_may_export(self, client, orders):
        seller = orders[0].seller_orders.get().seller
        signed_in(client, make_member(seller, Rank.EMPLOYEE))

        assert b"exports/new" not in client.get(reverse("seller:package_list")).content
        assert client.get(reverse("seller:export_new")).status_code == 403
        assert client.post(reverse("seller:export_new"), WISH).status_code == 403

    @pytest.mark.parametrize(
        "name", ["order_list", "package_list", "package_shipped", "request_list"]
    )
    def test_lists_offer_what_they_show(self, page, orders, name):
        response = page.get(reverse(f"owner:{name}"), {"search": "T-2"})

        text = response.content.decode()
        assert "/owner/exports/new/?" in text
        assert "search=T-2" in text.partition("/owner/exports/new/?")[2].partition('"')[0]


class TestHaving:
    def test_the_page_shows_progress_and_brings_the_file_when_it_is_there(self, page, owner):
        make_order()
        export = asked(owner, "orders", ["order_number"])
        url = reverse("owner:export_detail", args=[export.number])
        assert "Waiting for its turn" in page.get(url).content.decode()
        assert 'data-poll="1"' in page.get(url, headers={"HX-Request": "true"}).content.decode()

        finished(export)

        answer = page.get(url, headers={"HX-Request": "true"})
        download = reverse("owner:export_download", args=[export.number])
        assert answer.headers["HX-Redirect"] == download
        assert "data-download" in page.get(download).content.decode()
        assert "data-download" not in page.get(url).content.decode()
        file = page.get(reverse("owner:export_file", args=[export.number]))
        assert b"Order number" in b"".join(file.streaming_content)
        assert "attachment" in file.headers["Content-Disposition"]

    def test_nobody_else_has_it(self, client, owner, orders):
        export = finished(asked(owner, "orders", ["order_number"]))
        for actor, surface in (
            (make_owner(), "owner"),
            (make_member(orders[0].seller_orders.get().seller), "seller"),
        ):
            signed_in(client, actor)
            for name in ("export_detail", "export_download", "export_file"):
                url = reverse(f"{surface}:{name}", args=[export.number])
                assert client.get(url).status_code == 404

    def test_an_old_link_says_why_there_is_no_file_and_offers_another(self, page, owner):
        export = finished(asked(owner, "orders", ["order_number"]))
        past = timezone.now() - timedelta(days=8)
        Export.objects.update(ready_at=past, expires_at=past + timedelta(days=7))

        response = page.get(reverse("owner:export_file", args=[export.number]))

        assert response.status_code == 410
        assert "Build again" in response.content.decode()

    def test_somebody_of_lower_rank_now_is_refused_the_file(self, client, orders):
        member = make_member(orders[0].seller_orders.get().seller)
        export = finished(asked(member, "orders", ["order_number"]))
        SellerMember.objects.update(rank="employee")
        signed_in(client, member)

        url = reverse("seller:export_file", args=[export.number])
        assert client.get(url).status_code == 403

    def test_cancelling_and_building_again(self, page, owner):
        export = asked(owner, "orders", ["order_number"])
        page.post(reverse("owner:export_cancel", args=[export.number]))
        assert finished(export).job.status == "cancelled"

        page.post(reverse("owner:export_retry", args=[export.number]))

        assert Export.objects.count() == 2
        assert Export.objects.latest("pk").columns == export.columns

    def test_the_centre_lists_ones_own_exports_with_their_state(self, page, owner):
        make_order()
        ready = finished(asked(owner, "orders", ["order_number"]))
        asked(owner, "order_items", ["item_number"])
        asked(make_owner(), "orders", ["order_number"])

        response = page.get(reverse("owner:export_list"))

        assert [one.code for one in response.context["exports"]] == ["queued", "ready"]
        text = response.content.decode()
        assert ready.number in text
        assert 'data-poll="3"' in text


class TestSchedules:
    WHEN = {"name": "Mondays", "every": "week", "weekday": "0", "hour": "7"}

    def test_a_wish_becomes_a_schedule(self, page, orders):
        page.post(
            reverse("owner:export_schedule_new"), {**WISH, **self.WHEN, "query": "search=T-2"}
        )

        schedule = ExportSchedule.objects.get()
        assert (schedule.name, schedule.weekday, schedule.hour) == ("Mondays", 0, 7)
        assert schedule.columns == ["total", "order_number"]
        assert schedule.query == "search=T-2"
        listed = page.get(reverse("owner:export_schedule_list")).content.decode()
        assert "Mondays" in listed
        assert "Not yet" in listed  # it has not run: that is known
        assert "Not known" not in listed

    def test_the_wish_of_an_export_comes_along(self, page):
        response = page.post(
            reverse("owner:export_schedule_new"),
            {**WISH, "format": "xlsx", "query": "search=T-2", "begin": "1"},
        )

        assert response.status_code == 200
        assert [column.name for column in response.context["chosen"]] == WISH["columns"]
        assert response.context["format"] == "xlsx"
        assert response.context["query"] == "search=T-2"
        assert not response.context["form"].errors
        assert not ExportSchedule.objects.exists()

    def test_every_day_has_no_weekday_and_every_week_needs_one(self, page):
        daily = page.post(
            reverse("owner:export_schedule_new"), {**WISH, **self.WHEN, "every": "day"}
        )
        weekly = page.post(
            reverse("owner:export_schedule_new"), {**WISH, **self.WHEN, "weekday": ""}
        )

        assert daily.status_code == 302
        assert ExportSchedule.objects.get().weekday is None
        assert weekly.status_code == 422

    def test_pausing_resuming_deleting(self, page):
        page.post(reverse("owner:export_schedule_new"), {**WISH, **self.WHEN})
        key = [ExportSchedule.objects.get().pk]

        page.post(reverse("owner:export_schedule_pause", args=key))
        assert "Paused" in page.get(reverse("owner:export_schedule_list")).content.decode()
        page.post(reverse("owner:export_schedule_resume", args=key))
        assert ExportSchedule.objects.get().active
        page.post(reverse("owner:export_schedule_delete", args=key))
        assert not ExportSchedule.objects.exists()

    def test_one_that_stopped_says_why(self, page):
        page.post(reverse("owner:export_schedule_new"), {**WISH, **self.WHEN})
        ExportSchedule.objects.update(active=False, stopped_because="No longer a manager.")

        text = page.get(reverse("owner:export_schedule_list")).content.decode()

        assert "Stopped" in text
        assert "No longer a manager." in text
