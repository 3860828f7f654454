"""The demo's data may outlive the checkout that wrote its sign-ins down."""

import pytest

from core.accounts.models import User
from core.accounts.operations import authenticate_token
from marketplace.demo.seed import renew_sign_ins, seed_demo, token_for_carrier
from orders.models import Order

pytestmark = pytest.mark.django_db


def test_a_kept_demo_gets_new_sign_ins_and_loses_nothing():
    first = seed_demo()
    orders = Order.objects.count()

    again = renew_sign_ins()

    assert again.keys() == first.keys()
    for role, sign_in in again["sign_ins"].items():
        user = User.objects.get(email=sign_in["email"])
        assert sign_in.keys() >= {"name", "email", "password", "url"}
        assert user.check_password(sign_in["password"])
        assert not user.check_password(first["sign_ins"][role]["password"])
        assert authenticate_token(again["api_tokens"][role])[2].role == role
    assert Order.objects.count() == orders > 200
    for secret in (first["carrier_token"], again["carrier_token"], token_for_carrier()):
        actor = authenticate_token(secret)[2]
        assert actor.scopes == {"packages:read", "packages:carrier"}
        assert actor.role == "owner"


def test_other_peoples_data_is_left_alone():
    User.objects.create_user("somebody@example.com")

    assert renew_sign_ins() is None
    assert token_for_carrier() is None
