"""The surface chooses the actor; without a membership for it the page does not exist."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.utils import timezone

from sellers.views.choosing import ChooseSeller
from tests.factories import make_seller, make_user
from tests.people import join_seller, join_staff

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def show(request):
    actor = request.actor
    words = [actor.role, actor.seller_id, actor.rank, timezone.get_current_timezone_name()]
    return HttpResponse(" ".join(map(str, words)) + f" {request.LANGUAGE_CODE}")


shown = [path("show/", show)]
seller_urls = [*shown, path("choose/", ChooseSeller.as_view(), name="choose")]
urlpatterns = [
    path("show/", show),
    path("my/", include((shown, "my"))),
    path("seller/", include((seller_urls, "seller"))),
    path("owner/", include((shown, "owner"))),
    path("accounts/", include("allauth.urls")),
    path("theme/", show, name="theme"),
]


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def page(client, user):
    client.force_login(user)
    return client.get


@pytest.mark.parametrize("surface", ["", "my/", "seller/", "owner/"])
def test_whoever_is_not_signed_in_is_asked_to(client, surface):
    response = client.get(f"/{surface}show/")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/accounts/login/?next=/{surface}show/",
    )


def test_without_a_membership_the_page_does_not_exist(page):
    assert page("/my/show/").status_code == 200
    assert page("/seller/show/").status_code == 404
    assert page("/owner/show/").status_code == 404
    assert page("/seller/choose/").status_code == 404


def test_one_person_may_be_all_three(page, user):
    seller = make_seller()
    join_seller(user, seller, rank="employee")
    join_staff(user, rank="manager")
    assert page("/my/show/").content.startswith(b"customer None None")
    assert page("/seller/show/").content.startswith(f"seller {seller.pk} employee".encode())
    assert page("/owner/show/").content.startswith(b"owner None manager")
    assert page("/show/").content.startswith(b"owner")


def test_an_ended_membership_closes_the_surface_at_once(page, user):
    member = join_staff(user)
    assert page("/owner/show/").status_code == 200
    member.valid_to = timezone.now()
    member.save()
    assert page("/owner/show/").status_code == 404


def test_among_several_sellers_one_is_picked_once_and_kept(client, page, user):
    here, there, foreign = make_seller(), make_seller(), make_seller()
    join_seller(user, here)
    member = join_seller(user, there)

    response = page("/seller/show/?tab=open")
    assert response["Location"] == "/seller/choose/?next=%2Fseller%2Fshow%2F%3Ftab%3Dopen"
    choose = response["Location"]
    assert there.name in page(choose).content.decode()
    assert foreign.name not in page(choose).content.decode()

    refused = client.post(choose, {"seller": foreign.pk})
    assert refused.status_code == 200
    chosen = client.post(choose, {"seller": there.pk})
    assert chosen["Location"] == "/seller/show/?tab=open"
    assert page("/seller/show/").content.startswith(f"seller {there.pk}".encode())

    # The picked one ends: only one is left, so nobody is asked.
    member.valid_to = timezone.now()
    member.save()
    assert page("/seller/show/").content.startswith(f"seller {here.pk}".encode())


def test_the_way_back_stays_on_our_site(client, page, user):
    seller = make_seller()
    join_seller(user, seller)
    for next_url in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        response = client.post(f"/seller/choose/?next={next_url}", {"seller": seller.pk})
        assert response["Location"] == "/seller/orders/"


def test_a_deactivated_person_is_out_at_once(page, user):
    user.is_active = False
    user.save()
    assert page("/my/show/")["Location"].startswith("/accounts/login/")


@override_settings(DEFAULT_TIME_ZONE="America/Sao_Paulo")
def test_the_readers_zone_is_their_own_else_the_sellers_else_the_default(page, user):
    seller = make_seller(time_zone="Europe/Lisbon")
    join_seller(user, seller)
    assert b"Europe/Lisbon" in page("/seller/show/").content
    assert b"America/Sao_Paulo" in page("/my/show/").content
    user.time_zone = "Asia/Tokyo"
    user.save()
    assert b"Asia/Tokyo" in page("/seller/show/").content
    user.time_zone = "Mars/Olympus"
    user.save()
    assert b"America/Sao_Paulo" in page("/my/show/").content


def test_the_readers_language_is_their_own_else_what_the_browser_asks_for(client, page, user):
    assert page("/my/show/", headers={"Accept-Language": "de"}).content.endswith(b" de")
    user.language = "pt-br"
    user.save()
    assert page("/my/show/", headers={"Accept-Language": "de"}).content.endswith(b" pt-br")
    user.language = "xx"
    user.save()
    assert page("/my/show/", headers={"Accept-Language": "de"}).content.endswith(b" de")


@pytest.mark.urls("marketplace.urls")
@pytest.mark.parametrize(
    ("join", "start"),
    [
        (lambda user: None, "/my/orders/"),
        (lambda user: join_seller(user, make_seller()), "/seller/orders/"),
        (join_staff, "/owner/orders/"),
    ],
)
def test_the_front_door_leads_to_the_weightiest_surface(page, user, join, start):
    join(user)
    assert page("/")["Location"] == start
