"""Who acts: the surface chooses the role, memberships say whether."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.accounts.actors import actor_for, best_actor
from core.actors import Rank, Role
from tests.factories import make_seller, make_user
from tests.people import join_seller, join_staff

pytestmark = pytest.mark.django_db


def test_anybody_signed_in_may_act_as_a_customer_and_as_nothing_else():
    user = make_user()
    assert actor_for(user, Role.CUSTOMER).user_id == user.pk
    assert actor_for(user, Role.OWNER) is None
    assert actor_for(user, Role.SELLER) is None


def test_a_deactivated_person_acts_as_nothing():
    user = make_user(is_active=False)
    join_staff(user)
    assert best_actor(user) is None


def test_a_membership_counts_from_its_first_to_its_last_moment():
    user, seller = make_user(), make_seller()
    member = join_seller(user, seller, rank="manager")
    actor = actor_for(user, Role.SELLER)
    assert (actor.seller_id, actor.rank) == (seller.pk, Rank.MANAGER)

    member.valid_to = timezone.now()
    member.save()
    assert actor_for(user, Role.SELLER) is None

    member.valid_from, member.valid_to = timezone.now() + timedelta(hours=1), None
    member.save()
    assert actor_for(user, Role.SELLER) is None


def test_among_several_sellers_none_is_guessed():
    user, here, there = make_user(), make_seller(), make_seller()
    join_seller(user, here)
    join_seller(user, there)
    assert actor_for(user, Role.SELLER) is None
    assert actor_for(user, Role.SELLER, seller_id=there.pk).seller_id == there.pk
    assert actor_for(user, Role.SELLER, seller_id=make_seller().pk) is None


def test_the_weightiest_role_comes_first():
    user = make_user()
    assert best_actor(user).role is Role.CUSTOMER
    join_seller(user, make_seller())
    assert best_actor(user).role is Role.SELLER
    join_staff(user)
    assert best_actor(user).role is Role.OWNER
