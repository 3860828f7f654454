"""An order to which everything has happened that an order's page tells of."""

from collections.abc import Sequence
from uuid import uuid4

from django.utils import timezone

from cancellations.operations import Selection, evaluate_cancellation, request_cancellation
from core.accounts.models import User
from core.actors import SYSTEM, Actor
from orders.models import Order, OrderItem
from packages.operations import deliver_package, ship_package, start_packaging
from refunds.models import RefundAttempt, RefundPart
from refunds.operations import refund_surplus
from returns.goods_policies import Received
from returns.models import ReturnItem
from returns.operations import make_offer, receive, state_side, write_message
from sellers.models import Seller
from tests.factories import items_of, line, make_customer, make_order
from tests.packages.acts import make_option, report
from tests.returns.acts import ask, select, stored_file
from tests.returns.disputes.acts import reject, rule
from tests.returns.goods import approved_return

UNITS = 8  # kinds of things that happen to a seller's lines
TOTAL = 2 * 1000 - 100 + 200  # of a line


def order_with_all(sellers: Sequence[Seller], user: User, owner: Actor, size: int) -> Order:
    """Of each seller: `size` lines in dispute, decided; returned and received; exchanged; with an
    offer; on their way; packed and cancelled; cancelled; and with a cancellation that waits. The
    plans of all of it have failed attempts, and some surplus was given back."""
    lines = [line(one, 2, 1000, 100, 200) for one in sellers for _line in range(size * UNITS)]
    paid = len(lines) * TOTAL
    order = make_order(
        lines=lines, payments=[("credit_card", paid - 900), ("voucher", 1000)], customer="marta"
    )
    customer = make_customer(order, user)
    for seller in sellers:
        own = [item for item in items_of(order) if item.seller_id == seller.pk]
        groups = [own[start : start + size] for start in range(0, len(own), size)]
        _packages(order, groups)
        _returns(order, groups, customer, owner)
        _cancellations(order, groups, customer)
    refund_surplus(order=order, amount=50, actor=owner)
    _attempts(order)
    return order


def _packages(order: Order, groups: Sequence[Sequence[OrderItem]]) -> None:
    with_customer = [item for group in groups[:4] for item in group]
    option = make_option(f"std-{order.pk}-{groups[0][0].pk}")
    first = start_packaging(order=order, items=with_customer, actor=SYSTEM, delivery_option=option)
    deliver_package(package=ship_package(package=first, actor=SYSTEM), actor=SYSTEM)
    second = start_packaging(order=order, items=groups[4], actor=SYSTEM)
    second = ship_package(package=second, actor=SYSTEM, tracking_number="TRACK-2")
    for minute, kind in enumerate(["out_for_delivery"] * len(groups[4]), start=1):
        report(second, kind, minutes=minute)
    start_packaging(order=order, items=groups[5], actor=SYSTEM)


def _returns(
    order: Order, groups: Sequence[Sequence[OrderItem]], customer: Actor, owner: Actor
) -> None:
    in_dispute, returned, exchanged, offered = groups[:4]
    request = ask(
        order, customer, *[select(item, files=[stored_file(customer)]) for item in in_dispute]
    )
    dispute = reject(request)
    state_side(dispute, text="It was broken.", actor=customer)
    write_message(request.case, text="Look at the handle.", actor=owner)
    rule(dispute, "full", owner)
    for items, wish in ((returned, "refund"), (exchanged, "exchange")):
        parcel = approved_return(order, {item.pk: 1 for item in items}, wish=wish)
        entries = ReturnItem.objects.filter(case=parcel.case)
        receive(parcel, units=[Received(one.pk, "ok", 1) for one in entries], actor=SYSTEM)
    waiting = ask(order, customer, *[select(item) for item in offered])
    for entry in waiting.items.all():
        make_offer(waiting, item_id=entry.item_id, amount=100, actor=SYSTEM)


def _cancellations(order: Order, groups: Sequence[Sequence[OrderItem]], customer: Actor) -> None:
    for items, answered in ((groups[5], True), (groups[6], True), (groups[7], False)):
        wanted = [
            Selection(item_id=one.pk, quantity=1, reason_code="changed_mind") for one in items
        ]
        [request] = request_cancellation(order=order, selections=wanted, actor=customer)
        if answered:
            evaluate_cancellation(request_id=request.pk)


def _attempts(order: Order) -> None:
    for part in RefundPart.objects.filter(plan__order=order):
        for number in (1, 2):
            RefundAttempt.objects.create(
                part=part,
                attempt_no=number,
                idempotency_key=uuid4(),
                status=RefundAttempt.Status.FAILED,
                answer="card closed",
                decided_at=timezone.now(),
            )
