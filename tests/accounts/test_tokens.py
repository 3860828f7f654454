"""Tokens: shown once, kept as a digest, asked against person, membership and rank on each call."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core.accounts.models import ApiToken
from core.accounts.operations import (
    TokenNotValid,
    authenticate_token,
    create_token,
    deactivate_user,
    revoke_token,
)
from core.actors import SYSTEM, Via
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from tests.factories import make_customer, make_member, make_order, make_owner, make_seller
from tests.people import token_of, user_of

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def test_only_the_digest_of_a_token_is_stored():
    token, secret = create_token(name="ERP", scopes=["orders:read"], actor=make_owner())

    assert re.fullmatch(r"mkt_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", secret)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert row["prefix"] == secret[:12]
    assert secret not in str(row)
    assert secret not in str(list(Event.objects.values()))


def test_a_token_acts_as_its_person_with_its_scopes():
    seller = make_seller()
    member = make_member(seller, rank="admin")
    user, token, actor = authenticate_token(token_of(member, "orders:read", "refunds:read"))

    assert (user.pk, actor.seller_id, actor.role) == (member.user_id, seller.pk, "seller")
    assert actor.via is Via.API
    assert actor.scopes == {"orders:read", "refunds:read"}
    assert actor.token_id == token.pk


@pytest.mark.parametrize("secret", ["", "mkt_", "mkt_aaaaaaaa_" + "a" * 43, "nonsense", "ü" * 60])
def test_a_secret_nobody_gave_out_is_refused(secret):
    token_of(make_owner(), "orders:read")
    with pytest.raises(TokenNotValid):
        authenticate_token(secret)


def test_the_readable_part_alone_opens_nothing():
    secret = token_of(make_owner(), "orders:read")
    with pytest.raises(TokenNotValid):
        authenticate_token(secret[:-1] + ("a" if secret[-1] != "a" else "b"))


def test_a_revoked_token_is_refused():
    owner = make_owner()
    token, secret = create_token(name="ERP", scopes=["orders:read"], actor=owner)
    revoke_token(token, actor=owner)
    revoke_token(token, actor=owner)

    with pytest.raises(TokenNotValid):
        authenticate_token(secret)
    assert Event.objects.filter(type="api_token.revoked").count() == 1


def test_an_expired_token_is_refused():
    token, secret = create_token(name="ERP", scopes=["orders:read"], actor=make_owner())
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    with pytest.raises(TokenNotValid):
        authenticate_token(secret)


def test_a_token_ends_with_the_membership_of_its_person():
    member = make_member(make_seller())
    secret = token_of(member, "orders:read")
    user_of(member).seller_memberships.update(valid_to=timezone.now())
    with pytest.raises(TokenNotValid):
        authenticate_token(secret)


def test_a_token_ends_with_the_account_of_its_person():
    owner = make_owner()
    secret = token_of(owner, "orders:read")
    deactivate_user(user_of(owner), actor=SYSTEM)
    with pytest.raises(TokenNotValid):
        authenticate_token(secret)


def test_a_lower_rank_takes_scopes_away_from_a_token():
    owner = make_owner()
    secret = token_of(owner, "orders:read", "orders:write", "settings:read")
    user_of(owner).staff_memberships.update(rank="manager")
    assert authenticate_token(secret)[2].scopes == {"orders:read", "orders:write"}
    user_of(owner).staff_memberships.update(rank="employee")
    assert authenticate_token(secret)[2].scopes == {"orders:read"}


@pytest.mark.parametrize("rank", ["manager", "employee"])
def test_only_an_admin_makes_tokens(rank):
    for actor in (make_owner(rank), make_member(make_seller(), rank)):
        with pytest.raises(NotAllowed):
            create_token(name="ERP", scopes=["orders:read"], actor=actor)


def test_a_token_cannot_make_tokens():
    actor = authenticate_token(token_of(make_owner(), "orders:read"))[2]
    with pytest.raises(NotAllowed):
        create_token(name="child", scopes=["orders:read"], actor=actor)


def test_a_seller_cannot_give_the_scope_to_send_orders_in():
    with pytest.raises(InvalidInput) as refusal:
        create_token(name="ERP", scopes=["orders:write"], actor=make_member(make_seller()))
    assert refusal.value.field == "scopes"
    assert "orders:read" in refusal.value.allowed
    assert "orders:write" not in refusal.value.allowed


@pytest.mark.parametrize("days", [-1, 366])
def test_a_token_lives_for_a_year_at_most(days):
    with pytest.raises(InvalidInput) as refusal:
        create_token(
            name="ERP",
            scopes=["orders:read"],
            actor=make_owner(),
            expires_at=timezone.now() + timedelta(days=days),
        )
    assert refusal.value.field == "expires_at"


def test_last_use_is_written_at_most_once_a_minute(django_assert_num_queries):
    secret = token_of(make_owner(), "orders:read")
    authenticate_token(secret)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    with django_assert_num_queries(1):  # the token, its person and membership at once: no write
        authenticate_token(secret)
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    authenticate_token(secret)
    assert ApiToken.objects.get().last_used_at >= first


def test_everybody_sees_only_the_tokens_of_their_own_side():
    here, there = make_member(make_seller()), make_member(make_seller())
    customer = make_customer(make_order())
    for actor in (here, there, customer):
        token_of(actor, "orders:read")
    for actor in (here, there, customer):
        seen = ApiToken.objects.visible_to(actor)
        assert {token.user_id for token in seen} == {actor.user_id}
    assert ApiToken.objects.visible_to(make_owner()).count() == 3
