"""What could not be delivered comes back, where the owner's rule says so."""

import pytest

from core.actors import SYSTEM
from orders.models import Reason
from packages.operations import deliver_package, fail_delivery, ship_package
from packages.policies import ReturnOpen
from returns.models import ReturnParcel, ReturnRequest
from returns.operations import approve_items, open_for_failed_delivery, withdraw_return
from tests.factories import items_of, line, make_customer, make_member, make_order, make_owner
from tests.returns.acts import (
    asked,
    deliver_all,
    failed,
    fresh,
    plans,
    policy,
    running,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(
        lines=[line(quantity=2, unit_price=1000, shipping=500), line(category="Shoes")]
    )


def test_by_itself_nothing_is_opened_and_it_may_be_shipped_again(order):
    package = failed(order)
    deliver_all()

    assert not ReturnRequest.objects.exists()
    assert ship_package(package=package, actor=SYSTEM).status == "shipped"


def test_where_the_rule_says_so_a_return_is_opened_once(order, assert_invariants):
    policy(on_delivery_failed="open")
    package = failed(order)

    deliver_all()
    assert open_for_failed_delivery(package_id=package.pk) == []

    request = ReturnRequest.objects.select_related("case").get()
    assert (request.case.origin, request.case.status, request.estimate) == (
        "system",
        "waiting",
        3500,
    )
    assert {entry.reason.code for entry in request.items.all()} == {"delivery_failed"}
    with pytest.raises(ReturnOpen, match="A return of") as refusal:
        ship_package(package=package, actor=SYSTEM, anyway=True)
    assert refusal.value.allowed == ["answer_return"]
    assert_invariants()


def test_only_of_what_the_rule_is_about(order):
    policy(on_delivery_failed="open", category="Shoes")
    failed(order)

    deliver_all()

    assert ReturnRequest.objects.get().items.get().item == items_of(order)[1]


def test_approved_it_is_on_its_way_back_with_its_carrier(order, assert_invariants):
    policy(on_delivery_failed="open", keep_goods_up_to=999_999)
    failed(order)
    deliver_all()
    request = ReturnRequest.objects.get()

    approve_items(request, actor=make_owner())

    parcel = ReturnParcel.objects.get()
    assert (parcel.status, parcel.tracking_number) == ("sent", "TRACK-1")
    assert running() == ["return.confirm_receipt"]
    assert plans(request) == [(1, "on_receipt", 3500, False)]
    assert_invariants()


def test_the_customer_may_have_it_shipped_again(order):
    policy(on_delivery_failed="open")
    package = failed(order)
    deliver_all()
    request = ReturnRequest.objects.get()

    withdraw_return(request, actor=make_customer(order))

    assert fresh(request).case.status == "withdrawn"
    assert ship_package(package=package, actor=SYSTEM).status == "shipped"


def test_delivered_after_all_it_is_returned_like_anything_else(order):
    policy(on_delivery_failed="open")
    package = failed(order)
    deliver_all()
    deliver_package(package=package, actor=SYSTEM)
    request = ReturnRequest.objects.get()

    approve_items(request, actor=make_member(items_of(order)[0].seller))

    assert ReturnParcel.objects.get().status == "awaited"


def test_on_its_way_again_nothing_is_opened(order):
    policy(on_delivery_failed="open")
    package = failed(order)
    ship_package(package=package, actor=SYSTEM)

    deliver_all()
    assert not ReturnRequest.objects.exists()

    fail_delivery(package=package, actor=SYSTEM)
    deliver_all()
    assert ReturnRequest.objects.count() == 1


def test_without_a_reason_for_it_nothing_is_opened(order):
    policy(on_delivery_failed="open")
    Reason.objects.filter(code="delivery_failed").update(for_system=False)
    failed(order)

    deliver_all()

    assert not ReturnRequest.objects.exists()


def test_what_the_customer_asks_to_return_already_stays_in_their_request(order):
    policy(on_delivery_failed="open")
    failed(order)
    request = asked(order)

    deliver_all()

    assert ReturnRequest.objects.get() == request
