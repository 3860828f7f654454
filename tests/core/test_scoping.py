"""Who sees which rows: the one door, for everybody who may stand before it."""

import pytest

from core.actors import SYSTEM, Actor, Role
from finance.models import Account
from orders.models import Customer, Order, OrderItem, Payment
from tests.factories import line, make_customer, make_member, make_order, make_owner, make_seller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SELLER, Role.CARRIER])
def test_who_is_not_known_does_not_see_the_rows_of_nobody(role):
    order = make_order(lines=[line(make_seller(), 1, 1000)], payments=[("credit_card", 1070)])
    Customer.objects.update(user=None)
    assert Account.objects.filter(seller=None).exists()

    unknown = Actor(role)

    assert not Order.objects.visible_to(unknown).exists()
    assert not OrderItem.objects.visible_to(unknown).filter(order=order).exists()
    assert not Account.objects.visible_to(unknown).exists()


def test_each_sees_their_own_and_the_marketplace_all():
    mine, other = make_order(), make_order()
    seller = mine.seller_orders.get().seller

    def seen(actor: Actor) -> set[int]:
        return set(Order.objects.visible_to(actor).values_list("pk", flat=True))

    assert seen(make_customer(mine)) == {mine.pk}
    assert seen(make_member(seller)) == {mine.pk}
    assert seen(make_owner()) == seen(SYSTEM) == {mine.pk, other.pk}


def test_what_a_role_has_no_path_to_it_does_not_see():
    order = make_order(payments=[("credit_card", 1070)])
    seller = make_member(order.seller_orders.get().seller)

    assert Payment.objects.visible_to(make_customer(order)).filter(order=order).exists()
    assert not Payment.objects.visible_to(seller).exists()


def test_locked_rows_come_in_pk_order_whatever_was_asked_for():
    pks = [make_order().pk for _ in range(3)]

    locked = Order.objects.order_by("-pk").locked()

    assert [order.pk for order in locked] == pks
