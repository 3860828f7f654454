"""What customer and seller are told about a cancellation: facts for mails and the bell."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy

from cancellations.models import CancellationItem, CancellationRequest
from cancellations.policies import ESCALATED, rule_in_words
from cancellations.presenters import BackTo
from core import formats
from core.accounts.models import MemberRank, StaffMember, User
from core.actors import Role
from core.deadlines.models import Deadline
from core.notifications.operations import mail, notify
from refunds.models import RefundPart, RefundPlan
from sellers.models import SellerMember

in_reader_time = lazy(formats.when, str)  # worded in the mail's language and time zone
ANSWERERS = (MemberRank.MANAGER, MemberRank.ADMIN)

OWN_ACTS = ("cancellation_requested", "cancellation_withdrawn")

# Letters that tell of what became of items name those items only.
ABOUT = {
    "cancellation_approved": CancellationItem.Status.APPROVED,
    "cancellation_made": CancellationItem.Status.APPROVED,
    "cancellation_refunded": CancellationItem.Status.APPROVED,
    "cancellation_rejected": CancellationItem.Status.REJECTED,
    "cancellation_withdrawn": CancellationItem.Status.WITHDRAWN,
}


def write_to_customer(
    case_id: int, template: str, *, items: Sequence[int] | None = None, once: int | None = None
) -> None:
    """Owe the order's customer one mail of this kind about the case, in their language, and a line
    under their bell where they can sign in and it tells of something that others did.

    items: tells of these items only. once: tells letters of the same kind apart.
    """
    request = CancellationRequest.objects.select_related("case__order__customer__user").get(
        case=case_id
    )
    case, customer = request.case, request.case.order.customer
    entries = request.items.select_related("item__line", "reason").order_by("pk")
    if items is not None:
        entries = entries.filter(item__in=items)
    elif template in ABOUT:
        entries = entries.filter(status=ABOUT[template])
        entries = entries.exclude(decided_rule="already_shipped")  # that had its own letter
    key = f"{template}:{case.pk}" + (f":{once}" if once else "")
    if customer.user_id is not None and template not in OWN_ACTS:
        notify(
            user_ids=[customer.user_id],
            role=Role.CUSTOMER,
            template=f"my_{template}",
            data={"order": case.order.number, "case": case.number},
            url=reverse("my:case_detail", args=[case.number]),
            order_id=case.order_id,
            dedupe_key=key,
        )
    mail(
        to=customer.email,
        template=template,
        context=_facts(request, entries),
        language=customer.language or (customer.user.language if customer.user else ""),
        time_zone=customer.user.time_zone if customer.user else "",
        dedupe_key=key,
        order_id=case.order_id,
        seller_id=case.seller_id,
    )


def _facts(request: CancellationRequest, entries: Iterable[CancellationItem]) -> dict[str, Any]:
    case = request.case
    plan = RefundPlan.objects.live().filter(case=case).first()
    return {
        "case_number": case.number,
        "order_number": case.order.number,
        "origin": case.origin,
        "seller_name": case.seller.name,
        "customer_name": case.order.customer.first_name,
        "currency": case.order.currency,
        "estimate": request.estimate,
        "amount": plan.total if plan else 0,
        "lines": [
            {
                "name": entry.item.line.name,
                "quantity": entry.item.quantity,
                "reason": entry.reason.text,
                "answer": entry.decision_note,
            }
            for entry in entries
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
    about = {"do_not_hand_over": CancellationItem.Status.APPROVED} | ABOUT
    units = sum(
        entry.item.quantity
        for entry in request.items.filter(status=about[template]).select_related("item")
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


def call_for_answer(case_id: int, *, reminder: int | None = None) -> None:
    """Ring and write to everybody who may answer the waiting case: the seller's Managers and
    Admins, or the marketplace's where it was left to them. A case that no longer waits calls
    nobody. reminder: tells each reminder apart; without one it is the first call, once per side.
    """
    request = CancellationRequest.objects.select_related("case__order", "case__seller").get(
        case=case_id
    )
    case = request.case
    deadline = Deadline.objects.open().of(case).order_by("pk").last()
    if case.status != case.Status.WAITING or deadline is None:
        return
    role = Role.OWNER if request.held_by == ESCALATED else Role.SELLER
    once = f"cancellation_to_answer:{case.pk}:{role}:{reminder or 'first'}"
    people = list(_answerers(request, role))
    address = reverse(f"{role}:order_detail", args=[case.order.number])
    notify(
        user_ids=[person.pk for person in people],
        role=role,
        seller_id=case.seller_id if role is Role.SELLER else None,
        template="cancellation_to_answer",
        data={"order": case.order.number, "case": case.number, "reminder": bool(reminder)},
        url=address,
        order_id=case.order_id,
        dedupe_key=once,
    )
    entries = request.items.waiting().select_related("item__line", "reason").order_by("pk")
    facts = _facts(request, entries) | {
        "reminder": reminder,
        "escalated": role is Role.OWNER,
        "why": rule_in_words(request.held_by),
        "due_at": in_reader_time(deadline.due_at),
        "silence": deadline.action,
        "answer_url": settings.BASE_URL + address,
    }
    for person in people:
        mail(
            to=person.email,
            template="cancellation_to_answer",
            context=facts,
            language=person.language,
            time_zone=person.time_zone or deadline.time_zone,
            dedupe_key=f"{once}:{person.pk}",
            order_id=case.order_id,
            seller_id=case.seller_id,
        )


def _answerers(request: CancellationRequest, role: Role) -> Iterable[User]:
    members = (
        StaffMember.objects.valid()
        if role is Role.OWNER
        else SellerMember.objects.valid().filter(seller=request.case.seller_id)
    )
    ids = members.filter(rank__in=ANSWERERS).values("user_id")
    return User.objects.filter(pk__in=ids, is_active=True).order_by("pk")
