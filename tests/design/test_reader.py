"""The frame: theme, menu, the ways to other surfaces, and the pages around sign-in."""

import json
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from core.actors import Role
from marketplace import navigation
from marketplace.navigation import SURFACES, Entry, Surface, lines_for, other_surfaces
from sellers.models import SellerMember
from tests.factories import PASSWORD, make_member, make_owner, make_seller, make_user


def test_the_theme_is_kept_in_a_cookie_and_written_by_the_server(client, settings):
    settings.DEMO_MODE = True
    answer = client.post("/theme/", {"theme": "dark", "next": "/design/?frame=storefront"})
    assert answer.headers["Location"] == "/design/?frame=storefront"
    assert client.cookies["theme"].value == "dark"
    assert b'data-theme="dark"' in client.get("/design/").content
    client.post("/theme/", {"theme": "system"})
    assert b"data-theme=" not in client.get("/design/").content


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_the_theme_switch_leads_nowhere_else(client, back):
    assert client.post("/theme/", {"theme": "dark", "next": back}).headers["Location"] == "/"


def test_a_theme_that_does_not_exist_is_not_kept(client):
    client.post("/theme/", {"theme": '"><script>'})
    assert "theme" not in client.cookies


@pytest.fixture
def small_menu(monkeypatch):
    """A menu of three: two that are installed everywhere, one that is not."""

    def seven(actor):
        return "SELECT generate_series(1, %s)", [7]

    entries = (
        Entry("notification_list", "Bell", "bell"),
        Entry("job_list", "Jobs", "list-checks", counted=seven, urgent=True),
        Entry("page_of_tomorrow", "Tomorrow", "clock"),
    )
    surface = Surface("owner", "Owner console", "landmark", entries)
    monkeypatch.setitem(SURFACES, Role.OWNER, surface)
    # The menu is kept per process, of each rank: not over the end of this test.
    monkeypatch.setattr(navigation, "_installed", navigation._installed.__wrapped__)


@pytest.mark.django_db
def test_a_menu_leaves_out_what_is_not_installed_and_marks_where_one_is(small_menu):
    lines = lines_for(make_owner(), "/owner/jobs/J-1/")
    assert [(line.label, line.count, line.current) for line in lines] == [
        ("Bell", None, False),
        ("Jobs", 7, True),
    ]


@pytest.mark.django_db
def test_the_account_menu_offers_only_the_surfaces_one_may_enter(monkeypatch):
    monkeypatch.setattr(Surface, "home", property(lambda self: f"/{self.namespace}/"))
    owner, member = make_owner(), make_member(make_seller())
    user = SellerMember.objects.get().user
    assert [line.url for line in other_surfaces(user, member)] == ["/my/"]
    both = make_user()
    SellerMember.objects.create(user=both, seller=make_seller(), rank="employee")
    assert [line.url for line in other_surfaces(both, owner)] == ["/seller/", "/my/"]


PAGES = [
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_before_sign_in_stands_in_our_frame(client, name):
    html = client.get(reverse(name)).content.decode()
    assert 'class="skip"' in html
    assert '<h1 class="text-2xl">' in html
    assert "<c-" not in html


@pytest.mark.django_db
def test_a_mailed_code_is_asked_for_and_a_wrong_one_is_said(client):
    user = make_user("marta@example.com")
    page = client.post(reverse("account_request_login_code"), {"email": user.email}, follow=True)
    html = page.content.decode()
    assert "We sent a code to marta@example.com" in html
    assert 'autocomplete="one-time-code"' in html
    again = client.post(page.request["PATH_INFO"], {"code": "WRONG1"}).content.decode()
    assert 'id="id_code_error"' in again
    assert "This code was not accepted." in again


@pytest.mark.django_db
def test_a_wrong_password_is_said_on_the_page_and_the_address_kept(client):
    typed = {"login": "marta@example.com", "password": "not-this-one"}
    html = client.post(reverse("account_login"), typed).content.decode()
    assert 'role="alert"' in html
    assert 'value="marta@example.com"' in html


@pytest.fixture
def demo_accounts(settings, tmp_path):
    settings.LOCAL_DIR = tmp_path
    account = {"email": "ada@example.com", "password": "demo-pass", "url": "/owner/orders/"}
    (tmp_path / "demo.json").write_text(json.dumps({"sign_ins": {"owner": account}}))


@pytest.mark.django_db
@pytest.mark.parametrize(("demo", "offered"), [(True, True), (False, False)])
def test_demo_accounts_are_offered_in_demo_mode_only(
    client, settings, demo_accounts, demo, offered
):
    settings.DEMO_MODE = demo
    html = client.get(reverse("account_login")).content.decode()
    assert ("ada@example.com" in html) is offered
    assert ("demo-pass" in html) is offered


@pytest.mark.django_db
def test_an_expired_form_is_answered_in_our_frame():
    answer = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_so_in_our_frame(client):
    client.force_login(make_user())
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


ACCOUNT_PAGES = [
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_account_pages_have_our_look(client, name):
    client.force_login(make_user())
    html = client.get(reverse(name), follow=True).content.decode()
    assert 'class="skip"' in html
    assert 'class="btn btn-' in html
    for raw in ("<c-", "{{", "{%"):
        assert raw not in html


@pytest.mark.django_db
def test_setting_up_two_step_sign_in(client):
    client.login(email=make_user("marta@example.com").email, password=PASSWORD)
    here = client.get(reverse("mfa_activate_totp"), follow=True)
    action = re.search(r'<form method="post" action="(/accounts/[^"]+)"', here.content.decode())[1]
    there = client.post(unescape(action), {"password": PASSWORD, "next": here.request["PATH_INFO"]})
    assert there.status_code == 302
    html = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml' in html
    assert "Or enter this secret by hand" in html
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
    assert 'id="id_code_error"' in wrong
