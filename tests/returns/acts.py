"""What the tests about returns do again and again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from core.actors import SYSTEM, Actor
from core.deadlines.models import Deadline
from core.events.models import Delivery, Event
from core.events.operations import deliver
from core.evidence.models import StoredFile
from orders.models import Order, OrderItem
from packages.models import Package
from packages.operations import deliver_package, fail_delivery, ship_package, start_packaging
from refunds.models import RefundPlan
from refunds.operations import execute_plan
from returns.models import ReturnPolicy, ReturnRequest
from returns.operations import ReturnSelection, request_return
from tests.factories import items_of, line, make_customer, make_order


def shipped(order: Order) -> Package:
    """All of the order's first seller that waits is on its way."""
    waiting = [item for item in items_of(order) if item.status == "waiting_packaging"]
    package = start_packaging(order=order, items=waiting, actor=SYSTEM)
    return ship_package(package=package, actor=SYSTEM, tracking_number="TRACK-1")


def delivered(order: Order, at: datetime | None = None) -> Package:
    """All of it is with the customer: now, or since `at`."""
    package = deliver_package(package=shipped(order), actor=SYSTEM)
    if at is not None:
        Package.objects.filter(pk=package.pk).update(delivered_at=at)
    return package


def failed(order: Order) -> Package:
    """The carrier could not hand it over."""
    return fail_delivery(package=shipped(order), actor=SYSTEM)


def delivered_order(**terms) -> Order:
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00; all of it delivered."""
    terms.setdefault(
        "lines",
        [line(quantity=2, unit_price=1000, shipping=500), line(quantity=1, unit_price=300)],
    )
    order = make_order(**terms)
    delivered(order)
    return order


def select(
    item: OrderItem,
    quantity: int | None = None,
    reason: str = "not_as_described",
    note: str = "",
    files: Sequence[StoredFile] = (),
) -> ReturnSelection:
    return ReturnSelection(item.pk, quantity or item.quantity, reason, note, files)


def ask(order: Order, actor: Actor, *selections: ReturnSelection, **wishes) -> ReturnRequest:
    """One return of one seller's items, asked for."""
    [request] = request_return(order=order, selections=selections, actor=actor, **wishes)
    return request


def asked(order: Order, **wishes) -> ReturnRequest:
    """Its customer asks to return all of it."""
    return ask(order, make_customer(order), *[select(item) for item in items_of(order)], **wishes)


def policy(**columns) -> ReturnPolicy:
    """A rule of the owner's, of the marketplace unless said otherwise; amounts are in euro."""
    return ReturnPolicy.objects.create(**{"currency": "EUR"} | columns)


def stored_file(actor: Actor, name: str = "photo.jpg") -> StoredFile:
    """A row as if the picture had been checked and kept."""
    return StoredFile.objects.create(
        name=name, content_type="image/jpeg", size=1, digest="0" * 64, given_by_id=actor.user_id
    )


def fresh(request: ReturnRequest) -> ReturnRequest:
    return ReturnRequest.objects.select_related("case").get(pk=request.pk)


def answers(request: ReturnRequest) -> dict[str, str]:
    """The answers by the number of the item."""
    return dict(request.items.order_by("pk").values_list("item__number", "status"))


def item_states(order: Order) -> dict[str, str]:
    return {item.number: item.status for item in items_of(order)}


def plans(request: ReturnRequest) -> list[tuple[int, str, int, bool]]:
    """(round, when payable, total, payable already) of the live plans."""
    found = RefundPlan.objects.live().filter(case=request.case_id).order_by("round")
    return [
        (plan.round, plan.payable_when, plan.total, plan.payable_at is not None) for plan in found
    ]


def pay(request: ReturnRequest) -> None:
    """What the worker does with the plans that may be paid; to store credit, which needs no
    provider."""
    due = RefundPlan.objects.filter(case=request.case_id, payable_at__isnull=False)
    for plan in due.order_by("pk"):
        execute_plan(plan_id=plan.pk)


def clocks() -> QuerySet[Deadline]:
    """The deadlines of returns; every order has one to be shipped by besides."""
    return Deadline.objects.filter(step__startswith="return.").order_by("pk")


def running() -> list[str]:
    return list(clocks().open().values_list("step", flat=True))


def let_time_pass(*steps: str, **columns) -> None:
    """The time of these steps, or of all of returns, is over."""
    past = timezone.now() - timedelta(hours=1)
    due = clocks().open()
    if steps:
        due = due.filter(step__in=steps)
    due.update(started_at=past, due_at=past, next_attempt_at=past, **columns)


def events(order: Order, prefix: str = "") -> list[str]:
    found = Event.objects.filter(order_id=order.pk, type__startswith=prefix)
    return list(found.order_by("pk").values_list("type", flat=True))


def deliver_all() -> None:
    """What the worker does with what is owed, each thing twice, as may happen."""
    while owed := list(Delivery.objects.filter(handled_at=None, dead_at=None, attempts=0)):
        for delivery in owed:
            deliver(delivery_id=delivery.pk)
            deliver(delivery_id=delivery.pk)
    left = Delivery.objects.filter(handled_at=None).values_list("subscriber", "last_error")
    assert not list(left)
