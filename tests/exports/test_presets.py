"""Columns that somebody keeps under a name."""

import pytest
from django.urls import reverse

from core.exports.models import ExportPreset
from tests.factories import make_owner
from tests.people import signed_in

pytestmark = pytest.mark.django_db
WISH = {"source": "orders", "format": "csv", "which": "shown", "columns": ["total", "order_number"]}


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def page(client, owner):
    return signed_in(client, owner)


def keep(page, name, **changes):
    return page.post(reverse("owner:export_preset_keep"), {**WISH, "preset_name": name, **changes})


def test_columns_are_kept_under_a_name_and_come_back_in_their_order(page):
    keep(page, "Finance", query="tab=shipped", which="all")
    preset = ExportPreset.objects.get(name="Finance")

    response = page.get(reverse("owner:export_new"), {"source": "orders", "preset": preset.pk})

    assert [column.name for column in response.context["chosen"]] == ["total", "order_number"]
    assert response.context["presets"] == [preset]


def test_what_stands_on_the_page_stays_while_a_preset_is_kept(page):
    response = keep(page, "Finance", query="tab=shipped", which="all", format="xlsx")

    assert response.status_code == 200
    assert response.context["format"] == "xlsx"
    assert response.context["query"] == "tab=shipped"
    assert [value for value, _words, current in response.context["rows"] if current] == ["all"]


def test_renaming_and_deleting(page):
    keep(page, "Finance")
    key = [ExportPreset.objects.get(name="Finance").pk]

    page.post(reverse("owner:export_preset_rename", args=key), {**WISH, "preset_name": "Books"})
    assert ExportPreset.objects.filter(name="Books").exists()
    page.post(reverse("owner:export_preset_delete", args=key), WISH)
    assert not ExportPreset.objects.exclude(name="").exists()


def test_a_name_that_is_taken_is_refused_at_the_field(page):
    keep(page, "Finance")
    keep(page, "Books")
    key = [ExportPreset.objects.get(name="Books").pk]

    response = page.post(
        reverse("owner:export_preset_rename", args=key), {**WISH, "preset_name": "Finance"}
    )

    assert response.status_code == 422
    assert "preset_name" in response.context["form"].errors


def test_presets_of_others_are_not_there(client, page, owner):
    keep(page, "Finance")
    preset = ExportPreset.objects.get(name="Finance")
    other = signed_in(client, make_owner())

    assert other.get(reverse("owner:export_new"), {"preset": preset.pk}).status_code == 404
    url = reverse("owner:export_preset_delete", args=[preset.pk])
    assert other.post(url, WISH).status_code == 404


def test_a_column_that_is_gone_is_left_out(page, owner):
    keep(page, "Finance")
    ExportPreset.objects.update(columns=["gone", "total"])
    preset = ExportPreset.objects.get(name="Finance")

    response = page.get(reverse("owner:export_new"), {"source": "orders", "preset": preset.pk})

    assert [column.name for column in response.context["chosen"]] == ["total"]
