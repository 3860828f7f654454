"""An approved return whose goods have to come back, for tests of what happens to them."""

from django.db import transaction

from core.actors import SYSTEM
from core.deadlines.models import Deadline
from orders.models import Case, Order, OrderItem, Reason
from orders.operations import decide_case, lock_order, open_case, take_items
from packages.operations import deliver_package, ship_package, start_packaging
from refunds.models import RefundPlan
from refunds.operations import create_plan, refund_of
from refunds.returning import Claim
from returns.models import ReturnItem, ReturnParcel, ReturnRequest
from returns.operations import open_parcel
from tests.factories import items_of


def delivered(order: Order) -> Order:
    """All of the order that waits is packed, and then with the customer."""
    waiting = [item for item in items_of(order) if item.status == "waiting_packaging"]
    package = start_packaging(order=order, items=waiting, actor=SYSTEM)
    ship_package(package=package, actor=SYSTEM)
    deliver_package(package=package, actor=SYSTEM)
    return order


@transaction.atomic
def approved_return(
    order: Order,
    wanted: dict[int, int] | None = None,
    *,
    wish: str = "refund",
    payable_when: str = "on_receipt",
    pay_to: str = "original",
    return_shipping: int = 0,
    **terms,
) -> ReturnParcel:
    """The seller has said yes to {item id: units} (all of it), and waits for the goods."""
    lock_order(order.pk)
    wanted = wanted or {item.pk: item.quantity for item in items_of(order)}
    items = take_items(order, wanted, actor=SYSTEM)
    case = open_case(
        items[0].seller_order, items, kind="return", origin=Case.Origin.CUSTOMER, actor=SYSTEM
    )
    claims = [Claim(item, **terms) for item in items]
    planned = refund_of(claims, return_shipping=return_shipping)
    request = ReturnRequest.objects.create(
        case=case, wish=wish, pay_to=pay_to, estimate=planned.total
    )
    for item in items:
        ReturnItem.objects.create(
            request=request,
            case=case,
            seller_order=item.seller_order,
            item=item,
            reason=Reason.objects.get(kind="return", code="does_not_fit"),
            estimate=planned.of_item(item.pk),
            status=ReturnItem.Status.APPROVED,
        )
    decide_case(case, Case.Status.APPROVED, actor=SYSTEM)
    if wish == "refund":
        create_plan(
            case=case,
            items=items,
            lines=planned,
            type=RefundPlan.Type.REFUND,
            status=RefundPlan.Status.APPROVED,
            payable_when=payable_when,
            pay_to=pay_to,
            actor=SYSTEM,
        )
    return open_parcel(case, actor=SYSTEM)


def entry_ids(parcel: ReturnParcel) -> list[int]:
    entries = ReturnItem.objects.filter(case=parcel.case_id)
    return list(entries.order_by("pk").values_list("pk", flat=True))


def plan_of(parcel: ReturnParcel) -> RefundPlan:
    return RefundPlan.objects.get(case=parcel.case_id)


def item_statuses(order: Order) -> list[str]:
    return [item.status for item in items_of(order)]


def clocks(parcel: ReturnParcel) -> list[str]:
    """The steps whose time runs for this parcel."""
    return list(Deadline.objects.open().of(parcel).values_list("step", flat=True))


def lines_of(plan: RefundPlan) -> list[tuple[str, int]]:
    return [(line.component, line.amount) for line in plan.lines.standing().order_by("pk")]


def replacements_of(order: Order) -> list[OrderItem]:
    return list(order.items.exclude(replaces=None).order_by("pk"))
