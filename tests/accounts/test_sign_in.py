"""Signing in: by password or e-mailed code; an order's e-mail address is enough to begin."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from core.accounts.models import StaffMember, User
from core.accounts.operations import confirm_email, deactivate_user
from core.actors import SYSTEM
from core.notifications.models import Mail
from orders.models import Customer
from tests.factories import PASSWORD, make_order, make_user

pytestmark = pytest.mark.django_db
CODE_PAGE = "/accounts/login/code/"


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()


def ask_for_code(client, email):
    return client.post(CODE_PAGE, {"email": email}, follow=True)


def code_mailed_to(email: str) -> str:
    mail = Mail.objects.filter(to__iexact=email, template="sign_in_code").latest("pk")
    return re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.text, re.MULTILINE)[1]


def enter(client, code):
    return client.post(f"{CODE_PAGE}confirm/", {"code": code})


def signed_in_as(client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_customer_signs_in_with_the_address_of_an_order(client):
    order = make_order()
    Customer.objects.update(email="marta@example.com", language="de")

    ask_for_code(client, "Marta@Example.com")
    user = User.objects.get(email="marta@example.com")
    assert not user.has_usable_password()
    assert not EmailAddress.objects.filter(user=user, verified=True).exists()
    assert Customer.objects.get().user is None  # nothing is theirs before the code

    response = enter(client, code_mailed_to("marta@example.com"))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/my/orders/"
    assert order.customer.__class__.objects.get(pk=order.customer_id).user == user
    user.refresh_from_db()
    assert (user.name, user.language) == ("Marta Lindqvist", "de")


def test_orders_placed_since_are_found_at_the_next_sign_in(client):
    user = make_user("marta@example.com")
    confirm_email(user)
    make_order()
    Customer.objects.update(email="marta@example.com")
    ask_for_code(client, user.email)
    enter(client, code_mailed_to(user.email))
    assert Customer.objects.get().user == user


def test_an_unverified_address_finds_no_orders(client):
    user = make_user("marta@example.com")
    make_order()
    Customer.objects.update(email=user.email)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in_as(client) is None  # the address is to be confirmed first
    assert Customer.objects.get().user is None


def test_the_page_does_not_tell_who_is_known(client):
    make_order()
    Customer.objects.update(email="known@example.com")
    known = ask_for_code(Client(), "known@example.com")
    unknown = ask_for_code(Client(), "nobody@example.com")

    def shape(response, email):
        text = response.content.decode().replace(email, "E")
        return response.status_code, re.sub(r"[A-Za-z0-9_+/=-]{20,}", "", text)  # tokens, nonces

    assert shape(known, "known@example.com") == shape(unknown, "nobody@example.com")
    assert not User.objects.filter(email="nobody@example.com").exists()
    assert Mail.objects.get(to="nobody@example.com").template == "unknown_account"


def test_a_wrong_code_opens_nothing(client):
    user = make_user()
    ask_for_code(client, user.email)
    for _ in range(3):
        enter(client, "ZZZZZZ")
    enter(client, code_mailed_to(user.email))  # the attempts are used up
    assert signed_in_as(client) is None


def test_with_a_password(client):
    user = make_user()
    confirm_email(user)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in_as(client) == str(user.pk)


def test_guessing_passwords_is_stopped(client):
    user = make_user()
    confirm_email(user)
    for _ in range(6):
        client.post("/accounts/login/", {"login": user.email, "password": "wrong wrong"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in_as(client) is None


def test_nobody_signs_up(client):
    client.post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})
    assert not User.objects.exists()


def test_deactivation_ends_open_sessions_and_sign_in(client):
    user, other = make_user(), make_user()
    confirm_email(user)
    client.force_login(user)
    bystander = Client()
    bystander.force_login(other)

    deactivate_user(user, actor=SYSTEM)
    assert client.get("/my/orders/")["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert signed_in_as(client) is None
    assert signed_in_as(bystander) == str(other.pk)


def test_the_first_owner_is_added_by_command(client, django_capture_on_commit_callbacks):
    call_command("add_owner", "First@Example.com", name="First")
    member = StaffMember.objects.get()
    assert (member.user.email, member.rank) == ("first@example.com", "admin")
    with pytest.raises(CommandError, match="already"):
        call_command("add_owner", "first@example.com")


def test_whoever_is_let_in_is_invited_by_mail():
    from core.events.models import Delivery
    from core.events.operations import deliver

    call_command("add_owner", "first@example.com")
    for delivery in Delivery.objects.filter(event__type="staff_member.added"):
        deliver(delivery_id=delivery.pk)
    mail = Mail.objects.get(to="first@example.com")
    assert mail.template == "invitation"
    assert "/accounts/login/code/" in mail.text
