"""Saved views through HTTP: a list as its reader wants to find it again."""

import pytest
from django.urls import reverse

from core.lists.models import SavedView
from core.lists.saving import save_view
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.orders_pages.test_lists import OWNER_LIST, ask, fresh_counts, numbers_in
from tests.people import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["fresh_counts"]
QUERY = "search=lindqvist&status=delivered&status=shipped&tab=shipped"


@pytest.fixture
def person():
    return make_owner()


@pytest.fixture
def owner(client, person):
    return signed_in(client, person)


def save(client, name="Autumn", query=QUERY, surface="owner", page="order_list"):
    address = reverse(f"{surface}:view_save", args=[page])
    return client.post(address, {"name": name, "query": query}, follow=True)


def test_a_view_is_saved_found_and_marked(owner):
    response = save(owner, query=f"{QUERY}&cursor=abc&channel=")
    view = SavedView.objects.get()
    page = response.content.decode()

    assert view.query == QUERY  # without the page, and without what was left empty
    assert response.redirect_chain[-1][0] == f"{reverse(OWNER_LIST)}?{QUERY}&view={view.pk}"
    assert "View saved." in page
    assert 'aria-current="true"' in page
    assert "Save changes to view" not in page
    assert response.context["tab"] == "shipped"


def test_a_list_that_is_just_like_a_view_is_that_view(owner, person):
    save_view(actor=person, list="order_list", name="Autumn", query=QUERY)

    page = ask(
        owner, OWNER_LIST, status=["shipped", "delivered"], tab="shipped", search="lindqvist"
    )
    other = ask(owner, OWNER_LIST, tab="shipped")

    assert [link.current for link in page.context["view"].saved_views().links] == [True]
    assert [link.current for link in other.context["view"].saved_views().links] == [False]


def test_a_view_that_was_filtered_on_takes_the_change(owner, person):
    view = save_view(actor=person, list="order_list", name="Autumn", query="tab=shipped")
    make_order(number="FH-1", channel="app")

    changed = owner.get(reverse(OWNER_LIST), {"channel": "app", "view": view.pk})
    assert numbers_in(changed) == ["FH-1"]
    assert "Save changes to view" in changed.content.decode()
    owner.post(reverse("owner:view_update", args=[view.pk]), {"query": changed.context["asked"]})

    view.refresh_from_db()
    assert view.query == "channel=app"


def test_a_view_is_renamed_and_deleted(owner, person):
    view = save_view(actor=person, list="order_list", name="Autumn", query=QUERY)
    rename = reverse("owner:view_rename", args=[view.pk])

    assert 'value="Autumn"' in owner.get(rename).content.decode()
    page = owner.post(rename, {"name": " Late   autumn "}, follow=True).content.decode()
    assert "View renamed." in page
    assert "Late autumn" in page

    page = owner.post(reverse("owner:view_delete", args=[view.pk]), follow=True).content.decode()
    assert "View deleted." in page
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("  ", "This field is required"), ("Autumn", "You have a view of this name already")],
)
def test_a_name_that_cannot_be_is_refused_and_kept(owner, person, name, said):
    save_view(actor=person, list="order_list", name="Autumn", query=QUERY)

    response = save(owner, name=name, query="tab=delivered")

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert 'value="tab=delivered"' in page
    assert SavedView.objects.count() == 1


def test_forty_views_are_enough(owner, person):
    for number in range(40):
        save_view(actor=person, list="order_list", name=f"View {number}", query=QUERY)

    assert "Delete one first" in save(owner).content.decode()
    assert SavedView.objects.count() == 40


def test_views_are_of_one_person_one_surface_and_one_list(client, person):
    kiln = make_seller("kiln")
    view = save_view(actor=person, list="order_list", name="Mine", query=QUERY)
    colleague = signed_in(client, make_owner())

    assert "Mine" not in ask(colleague, OWNER_LIST).content.decode()
    for name in ("view_rename", "view_update", "view_delete"):
        address = reverse(f"owner:{name}", args=[view.pk])
        assert colleague.post(address, {"name": "Taken", "query": ""}).status_code == 404
    seller = signed_in(client, make_member(kiln))
    assert seller.post(reverse("seller:view_delete", args=[view.pk])).status_code == 404
    assert save(seller, surface="seller", page="package_list").status_code == 200
    assert "Autumn" not in ask(seller, "seller:order_list").content.decode()
    assert "Autumn" in seller.get(reverse("seller:package_list")).content.decode()
    assert save(seller, surface="seller", page="nothing").status_code == 404
    view.refresh_from_db()
    assert (view.name, view.query) == ("Mine", QUERY)
