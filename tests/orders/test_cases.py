"""Cases, as far as cancellations and returns have them in common."""

import pytest
from django.db import transaction
from django.utils import timezone

from core.actors import SYSTEM
from orders.models import Case, Order, SellerOrder
from orders.operations import decide_case, lock_order, open_case
from tests.factories import items_of, make_order

pytestmark = pytest.mark.django_db


def test_an_integrator_who_asks_for_what_changed_finds_orders_with_a_new_request():
    order = make_order()
    [item, *_rest] = items_of(order)
    before = timezone.now()

    with transaction.atomic():
        lock_order(order.pk)
        case = open_case(
            item.seller_order, [item], kind=Case.Kind.CANCEL, origin="customer", actor=SYSTEM
        )

    assert Order.objects.get(pk=order.pk).updated_at > before
    assert SellerOrder.objects.get(pk=item.seller_order_id).updated_at > before
    opened = Order.objects.get(pk=order.pk).updated_at
    decide_case(case, Case.Status.WITHDRAWN, actor=SYSTEM)
    assert Order.objects.get(pk=order.pk).updated_at > opened
