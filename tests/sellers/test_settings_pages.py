"""Settings through HTTP: people, tokens, sellers, delivery. Admin only, each act once."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.accounts.models import ApiToken, IdempotencyRecord, StaffMember, User
from core.accounts.operations import authenticate_token
from core.events.models import Event
from sellers.models import DeliveryOption, Seller, SellerMember, ShippingCompany
from tests.factories import make_member, make_owner, make_seller, make_user
from tests.people import join_staff, signed_in, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return make_seller("cedar", name="Cedar & Co")


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def admin(seller):
    return make_member(seller)


def page(actor, name, *args):
    """Open a page; returns a function that sends its form with changed fields, and the text."""
    client, url = signed_in(Client(), actor), reverse(name, args=args)
    response = client.get(url)
    assert response.status_code == 200, response
    text = response.content.decode()
    assert "<c-" not in text
    key = re.search(r'name="form_key" value="([^"]+)"', text)

    def send(**fields):
        fields = {"form_key": key[1]} | fields
        return client.post(fields.pop("to", url), fields)

    return send, text


# -- People ---------------------------------------------------------------------------------


def test_the_owner_invites_a_colleague(owner):
    send, _text = page(owner, "owner:settings_users")
    response = send(email="Ana@Example.com", name="Ana", rank="manager")
    assert response["Location"] == reverse("owner:settings_users")
    member = StaffMember.objects.get(user__email="ana@example.com")
    assert (member.rank, member.user.name) == ("manager", "Ana")
    assert Event.objects.get(type="staff_member.added").actor_user_id == owner.user_id
    assert "ana@example.com" in page(owner, "owner:settings_users")[1]


def test_a_seller_invites_a_colleague_only_into_its_own_house(admin, seller):
    other = make_member(make_seller())
    send, text = page(admin, "seller:settings_users")
    assert user_of(other).email not in text
    send(email="ben@example.com", name="", rank="employee")
    member = SellerMember.objects.get(user__email="ben@example.com")
    assert (member.seller, member.rank) == (seller, "employee")


def test_two_clicks_invite_once_and_land_on_the_same_page(admin):
    send, _text = page(admin, "seller:settings_users")
    fields = {"email": "ben@example.com", "name": "", "rank": "employee"}
    first, second = send(**fields), send(**fields)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert SellerMember.objects.filter(user__email="ben@example.com").count() == 1
    assert Event.objects.filter(type="seller_member.added").count() == 1


def test_a_refusal_stands_on_its_field_and_keeps_what_was_typed(admin):
    email = user_of(admin).email
    send, _text = page(admin, "seller:settings_users")
    response = send(email=email, name="Somebody else", rank="manager")
    assert response.status_code == 422
    text = response.content.decode()
    assert "This person is on the list already." in text
    assert 'value="Somebody else"' in text
    assert response.context["form"].errors == {"email": ["This person is on the list already."]}


def test_a_role_is_changed_and_access_is_ended(admin, seller):
    colleague = make_member(seller, "employee")
    member = SellerMember.objects.get(user_id=colleague.user_id)
    send, _text = page(admin, "seller:settings_users")
    assert send(to=reverse("seller:settings_user_rank", args=[member.pk]), rank="manager")
    member.refresh_from_db()
    assert member.rank == "manager"

    session = signed_in(Client(), colleague)
    assert session.get("/seller/choose/").status_code == 200
    send(to=reverse("seller:settings_user_end", args=[member.pk]))
    member.refresh_from_db()
    assert member.valid_to is not None
    assert "_auth_user_id" not in session.session
    types = list(Event.objects.filter(subject_type="seller_member").values_list("type", flat=True))
    assert types == ["seller_member.rank_changed", "seller_member.ended"]


def test_sessions_go_on_while_another_membership_is_left(owner, admin):
    user = user_of(admin)
    join_staff(user)
    session = signed_in(Client(), admin)
    member = StaffMember.objects.get(user=user)
    send, _text = page(owner, "owner:settings_users")
    send(to=reverse("owner:settings_user_end", args=[member.pk]))
    assert session.session["_auth_user_id"] == str(user.pk)
    assert session.get(reverse("owner:settings_users")).status_code == 404
    assert session.get(reverse("seller:settings_users")).status_code == 200


@pytest.mark.parametrize("act", ["rank", "end"])
def test_the_last_admin_stays(owner, admin, act):
    for actor, surface, model in ((owner, "owner", StaffMember), (admin, "seller", SellerMember)):
        member = model.objects.get(user_id=actor.user_id)
        send, _text = page(actor, f"{surface}:settings_users")
        url = reverse(f"{surface}:settings_user_{act}", args=[member.pk])
        send(to=url, rank="employee")
        member.refresh_from_db()
        assert (member.rank, member.valid_to) == ("admin", None)


def test_the_marketplace_lets_the_first_person_of_a_seller_in(owner, seller):
    send, _text = page(owner, "owner:settings_seller_users", seller.code)
    send(email="first@example.com", name="", rank="admin")
    member = SellerMember.objects.get(user__email="first@example.com")
    assert member.seller == seller
    send(to=reverse("owner:settings_seller_user_end", args=[seller.code, member.pk]))
    member.refresh_from_db()
    assert member.valid_to is not None


def test_a_foreign_member_is_not_there(admin):
    foreign = SellerMember.objects.get(user_id=make_member(make_seller()).user_id)
    send, _text = page(admin, "seller:settings_users")
    for act in ("rank", "end"):
        url = reverse(f"seller:settings_user_{act}", args=[foreign.pk])
        assert send(to=url, rank="employee").status_code == 404
    foreign.refresh_from_db()
    assert (foreign.rank, foreign.valid_to) == ("admin", None)


@pytest.mark.parametrize("rank", ["employee", "manager"])
def test_settings_are_for_admins(seller, rank):
    for actor, surface in ((make_owner(rank), "owner"), (make_member(seller, rank), "seller")):
        client = signed_in(Client(), actor)
        for name in ("settings", "settings_users", "settings_tokens", "settings_delivery"):
            assert client.get(reverse(f"{surface}:{name}")).status_code == 403
        url = reverse(f"{surface}:settings_users")
        response = client.post(url, {"email": "x@example.com", "rank": "admin"})
        assert response.status_code == 403
    assert not User.objects.filter(email="x@example.com").exists()


# -- Tokens ---------------------------------------------------------------------------------


def test_a_token_is_shown_once(admin, seller):
    send, _text = page(admin, "seller:settings_tokens")
    fields = {"name": "ERP", "scopes": ["orders:read"], "days": "90"}
    response = send(**fields)
    text = response.content.decode()
    secret = re.search(r"mkt_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", text)[0]
    assert response["Cache-Control"] == "no-store"
    assert authenticate_token(secret)[2].seller_id == seller.pk

    again = send(**fields)  # the second click
    assert again.status_code == 302
    assert ApiToken.objects.count() == 1
    assert secret not in page(admin, "seller:settings_tokens")[1]
    assert secret not in str(list(IdempotencyRecord.objects.values()))


def test_a_seller_is_offered_only_the_scopes_it_may_give(admin, owner):
    assert 'value="orders:write"' not in page(admin, "seller:settings_tokens")[1]
    assert 'value="orders:write"' in page(owner, "owner:settings_tokens")[1]
    send, _text = page(admin, "seller:settings_tokens")
    assert send(name="ERP", scopes=["orders:write"], days="90").status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_is_revoked_and_a_foreign_one_is_not_there(admin, owner):
    send, _text = page(owner, "owner:settings_tokens")
    send(name="ERP", scopes=["orders:read"], days="30")
    token = ApiToken.objects.get()

    foreign_send, text = page(admin, "seller:settings_tokens")
    assert token.prefix not in text
    url = reverse("seller:settings_token_revoke", args=[token.pk])
    assert foreign_send(to=url).status_code == 404

    send(to=reverse("owner:settings_token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None


# -- Sellers and delivery -------------------------------------------------------------------

SELLER = {
    "code": "birch",
    "name": "Birch",
    "commission_rate": "0.125",
    "country": "de",
    "time_zone": "Europe/Berlin",
    "active": "on",
}


def test_a_seller_is_added_and_changed(owner):
    send, _text = page(owner, "owner:settings_seller_new")
    assert send(**SELLER)["Location"] == reverse("owner:settings_seller_users", args=["birch"])
    assert Seller.objects.get(code="birch").country == "DE"

    send, text = page(owner, "owner:settings_seller", "birch")
    assert "Save seller" in text
    send(**SELLER | {"code": "other", "commission_rate": "0.1"})
    seller = Seller.objects.get(code="birch")
    assert str(seller.commission_rate) == "0.10000"
    assert not Seller.objects.filter(code="other").exists()
    event = Event.objects.get(type="seller.changed")
    assert event.data == {"fields": ["commission_rate"], "commission_rate": "0.1"}
    assert "10%" in page(owner, "owner:settings_sellers")[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [("commission_rate", "1"), ("commission_rate", "-0.1"), ("country", "Germany"),
     ("time_zone", "Berlin"), ("code", "cedar"), ("name", "")],
)  # fmt: skip
def test_a_seller_that_cannot_be_is_refused(owner, seller, field, value):
    send, _text = page(owner, "owner:settings_seller_new")
    assert send(**SELLER | {field: value}).status_code == 422
    assert Seller.objects.count() == 1


def test_sellers_are_found_by_words(owner, seller):
    make_seller("birch", name="Birch")
    client = signed_in(Client(), owner)
    text = client.get(reverse("owner:settings_sellers"), {"search": "CEDAR"}).content.decode()
    assert "Cedar &amp; Co" in text
    assert "Birch" not in text


def test_one_delivery_option_is_the_default(owner):
    send, _text = page(owner, "owner:settings_company_new")
    send(code="post", name="Post", active="on")
    company = ShippingCompany.objects.get()
    for code in ("std", "exp"):
        send, _text = page(owner, "owner:settings_option_new")
        response = send(
            company=company.pk,
            code=code,
            name=code,
            priority="1",
            tracking_url="https://post.example/{number}",
            active="on",
            is_default="on",
        )
        assert response.status_code == 302
    assert [option.code for option in DeliveryOption.objects.filter(is_default=True)] == ["exp"]

    std = DeliveryOption.objects.get(code="std")
    send, text = page(owner, "owner:settings_option", std.pk)
    assert "Add a delivery option" not in text
    send(company=company.pk, code="other", name="Slow", priority="9", active="on")
    std.refresh_from_db()
    assert (std.code, std.name, std.priority) == ("std", "Slow", 9)


@pytest.mark.parametrize(
    ("field", "value"),
    [("tracking_pattern", "(["), ("tracking_url", "http://x/{number}"),
     ("tracking_url", "https://x/"), ("tracking_url", "javascript:alert({number})")],
)  # fmt: skip
def test_a_tracking_rule_that_cannot_work_is_refused(owner, field, value):
    company = ShippingCompany.objects.create(code="post", name="Post")
    send, _text = page(owner, "owner:settings_option_new")
    fields = {"company": company.pk, "code": "std", "name": "Std", "priority": "1"}
    response = send(**fields | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not DeliveryOption.objects.exists()


def test_a_seller_chooses_among_the_offered_ways(admin, seller):
    company = ShippingCompany.objects.create(code="post", name="Post")
    std, exp, gone = (
        DeliveryOption.objects.create(company=company, code=code, name=code, active=code != "gone")
        for code in ("std", "exp", "gone")
    )
    send, _text = page(admin, "seller:settings_delivery")
    assert send(options=[std.pk, exp.pk], default=exp.pk).status_code == 302
    chosen = seller.delivery_options.filter(active=True)
    assert {choice.option: choice.is_default for choice in chosen} == {std: False, exp: True}

    send, _text = page(admin, "seller:settings_delivery")
    assert send(options=[std.pk], default=std.pk).status_code == 302
    assert [choice.option for choice in chosen.all()] == [std]

    send, _text = page(admin, "seller:settings_delivery")
    assert send(options=[std.pk], default=exp.pk).status_code == 422
    assert send(options=[gone.pk], default="").status_code == 422
    assert [choice.option for choice in chosen.all()] == [std]


def test_a_new_person_starts_with_nothing(client):
    client.force_login(make_user())
    for surface in ("owner", "seller"):
        assert client.get(reverse(f"{surface}:settings_users")).status_code == 404
