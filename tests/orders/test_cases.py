import pytest
from django.utils import timezone

from core.actors import SYSTEM
from core.errors import InvalidTransition
from core.events.models import Event
from orders.models import Case, Order, SellerOrder
from orders.operations import complete_case, decide_case, open_case, release_items
from orders.operations.cases import AlreadyInCase
from tests.factories import items_of, make_case, make_order

pytestmark = pytest.mark.django_db


def test_a_case_marks_its_items_and_is_told():
    order = make_order()

    case, items = make_case(order)

    assert [item.open_case for item in items_of(order)] == [case]
    event = Event.objects.get(subject_type="case")
    assert (event.type, event.data["items"], event.data["units"]) == (
        "case.waiting",
        [items[0].pk],
        2,
    )


def test_an_item_is_in_one_open_case_at_most():
    order = make_order()
    _case, items = make_case(order)

    with pytest.raises(AlreadyInCase):
        open_case(items[0].seller_order, items, kind="cancel", origin="customer", actor=SYSTEM)


def test_a_released_item_may_be_asked_about_again():
    order = make_order()
    case, items = make_case(order)
    decide_case(case, Case.Status.REJECTED, actor=SYSTEM)

    release_items(items)
    another, _items = make_case(order)

    assert another != case
    assert case.closed_at is not None


def test_an_approved_case_is_closed_when_it_is_completed():
    case, _items = make_case(make_order())

    decide_case(case, Case.Status.APPROVED, actor=SYSTEM)
    assert (case.decided_at is None, case.closed_at is None, case.due_at) == (False, True, None)

    complete_case(case, actor=SYSTEM)
    assert case.closed_at is not None
    with pytest.raises(InvalidTransition):
        decide_case(case, Case.Status.WITHDRAWN, actor=SYSTEM)


def test_an_integrator_who_asks_for_what_changed_finds_orders_with_a_new_request():
    order = make_order()
    before = timezone.now()

    case, items = make_case(order)

    opened = Order.objects.get(pk=order.pk).updated_at
    assert opened > before
    assert SellerOrder.objects.get(pk=items[0].seller_order_id).updated_at > before
    decide_case(case, Case.Status.WITHDRAWN, actor=SYSTEM)
    assert Order.objects.get(pk=order.pk).updated_at > opened
