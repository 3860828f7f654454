"""What customer and seller are told about a cancellation: facts for mails and the bell."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from cancellations.models import CancellationItem, CancellationRequest
from cancellations.presenters import BackTo
from core.actors import Role
from core.notifications.operations import mail, notify
from refunds.models import RefundPart, RefundPlan
from sellers.models import SellerMember

# Letters that tell of what became of items name those items only.
ABOUT = {
    "cancellation_approved": CancellationItem.Status.APPROVED,
    "cancellation_refunded": CancellationItem.Status.APPROVED,
    "cancellation_rejected": CancellationItem.Status.REJECTED,
}


def write_to_customer(
    case_id: int, template: str, *, items: Sequence[int] | None = None, once: int | None = None
) -> None:
    """Owe the order's customer one mail of this kind about the case, in their language.

    items: tells of these items only. once: tells letters of the same kind apart.
    """
    request = CancellationRequest.objects.select_related("case__order__customer__user").get(
        case=case_id
    )
    case, customer = request.case, request.case.order.customer
    entries = request.items.select_related("item__line").order_by("pk")
    if items is not None:
        entries = entries.filter(item__in=items)
    elif template in ABOUT:
        entries = entries.filter(status=ABOUT[template])
    mail(
        to=customer.email,
        template=template,
        context=_facts(request, entries),
        language=customer.language or (customer.user.language if customer.user else ""),
        time_zone=customer.user.time_zone if customer.user else "",
        dedupe_key=f"{template}:{case.pk}" + (f":{once}" if once else ""),
        order_id=case.order_id,
        seller_id=case.seller_id,
    )


def _facts(request: CancellationRequest, entries: Iterable[CancellationItem]) -> dict[str, Any]:
    case = request.case
    plan = RefundPlan.objects.live().filter(case=case).first()
    return {
        "case_number": case.number,
        "order_number": case.order.number,
        "seller_name": case.seller.name,
        "customer_name": case.order.customer.first_name,
        "currency": case.order.currency,
        "estimate": request.estimate,
        "amount": plan.total if plan else 0,
        "lines": [
            {"name": entry.item.line.name, "quantity": entry.item.quantity} for entry in entries
        ],
        "payments": _back_to(plan) if plan else [],
        "case_url": settings.BASE_URL + reverse("my:case_detail", args=[case.number]),
        "order_url": settings.BASE_URL + reverse("my:order_detail", args=[case.order.number]),
    }


def _back_to(plan: RefundPlan) -> list[BackTo]:
    parts = RefundPart.objects.filter(plan=plan).select_related("payment")
    return [BackTo.of(part.payment, part.amount) for part in parts.order_by("payment__position")]


def ring_seller(case_id: int, template: str) -> None:
    """Put a line under the bell of everybody who works for the seller now."""
    request = CancellationRequest.objects.select_related("case__order").get(case=case_id)
    case = request.case
    units = sum(
        entry.item.quantity
        for entry in request.items.select_related("item")
        if entry.status == entry.Status.APPROVED
    )
    members = SellerMember.objects.valid().filter(seller=case.seller_id)
    notify(
        user_ids=list(members.values_list("user_id", flat=True).distinct()),
        role=Role.SELLER,
        seller_id=case.seller_id,
        template=template,
        data={"order": case.order.number, "case": case.number, "units": units},
        url=reverse("seller:order_detail", args=[case.order.number]),
        order_id=case.order_id,
        dedupe_key=f"{template}:{case.pk}",
    )
