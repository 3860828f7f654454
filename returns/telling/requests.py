"""Who is told what of a return that is asked for, answered, or offered something for.

What has passed meanwhile is not told any more.
"""

from typing import Any

from core.actors import Role
from core.deadlines.models import Deadline
from core.events import on
from orders.models import Case
from refunds.models import RefundPlan
from returns import operations
from returns.letters import (
    case_of,
    entries_of,
    in_reader_time,
    lines_of,
    ring,
    write_to,
    write_to_customer,
)
from returns.models import Dispute, Offer, ReturnItem, ReturnMessage, ReturnParcel
from returns.policies import RULES

Answer = ReturnItem.Status


def _is_return(event) -> bool:
    return event.data.get("kind") == Case.Kind.RETURN


# -- Asked and answered ----------------------------------------------------------------------


@on("return.requested")
def confirm_the_request(event) -> None:
    own_act = event.actor_role == Role.CUSTOMER
    write_to_customer(case_of(event.subject_id), "return_requested", own_act=own_act)


@on("return.requested", "return.escalated")
def call_who_must_answer(event) -> None:
    _call(event.subject_id)


def _call(case_id: int, reminder: int | None = None) -> None:
    """Ring and write to whose answer is waited for: the seller, or the marketplace once it was
    left to them. A return that no longer waits calls nobody."""
    case = case_of(case_id)
    deadline = Deadline.objects.open().of(case).order_by("pk").last()
    if case.status != Case.Status.WAITING or deadline is None:
        return
    held_by = case.return_request.held_by
    role = Role.OWNER if held_by else Role.SELLER
    once = reminder or "first"
    waiting = [entry for entry in entries_of(case) if entry.status == Answer.WAITING]
    ring(role, case, "return_to_answer", once=once, reminder=bool(reminder))
    write_to(
        role,
        case,
        "return_to_answer",
        once=once,
        entries=waiting,
        reminder=bool(reminder),
        why=RULES.get(held_by, ""),
        due_at=in_reader_time(deadline.due_at),
        silence=deadline.action,
    )


@on("return.approved")
def tell_of_approval(event) -> None:
    case = case_of(event.subject_id)
    parcel = ReturnParcel.objects.filter(case=case).select_related("delivery_option").first()
    awaited = parcel if parcel and parcel.status == ReturnParcel.Status.AWAITED else None
    given = entries_of(case, event.data["items"])
    paid = {"at_once": 0, "on_receipt": 0}
    for plan in RefundPlan.objects.live().filter(case=case):
        paid[plan.payable_when] += plan.total
    write_to_customer(
        case,
        "return_approved",
        entries=[entry for entry in given if entry.status != Answer.SETTLED],
        kept=lines_of(entry for entry in given if entry.status == Answer.SETTLED),
        rule=event.data["rule"],
        paid_now=paid["at_once"],
        paid_later=paid["on_receipt"],
        code=awaited.code if awaited else "",
        carrier=str(awaited.delivery_option) if awaited and awaited.delivery_option else "",
        send_by=in_reader_time(awaited.send_by) if awaited and awaited.send_by else "",
        on_its_way=bool(parcel and parcel.status == ReturnParcel.Status.SENT),
    )
    if event.data["rule"] or event.actor_role == Role.OWNER:  # decided without the seller
        ring(Role.SELLER, case, "return_approved", silent=bool(event.data["rule"]))


@on("return.items_rejected")
def tell_of_rejection(event) -> None:
    case = case_of(event.subject_id)
    rejected = entries_of(case, event.data["items"])
    dispute = Dispute.objects.get(case=case)
    write_to_customer(
        case,
        "return_rejected",
        once=event.pk,
        entries=rejected,
        statement_by=in_reader_time(dispute.statement_by) if dispute.statement_by else "",
    )
    if event.actor_role != Role.SELLER:
        ring(Role.SELLER, case, "return_rejected", once=event.pk)


@on("case.withdrawn")
def tell_of_withdrawal(event) -> None:
    if _is_return(event):
        case = case_of(event.subject_id)
        own_act = event.actor_role == Role.CUSTOMER
        write_to_customer(case, "return_withdrawn", own_act=own_act)
        ring(Role.SELLER, case, "return_withdrawn")


# -- Offers ----------------------------------------------------------------------------------


def _offer(offer_id: int) -> Offer:
    return Offer.objects.select_related("entry").get(pk=offer_id)


@on("offer.open")
def show_the_offer(event) -> None:
    _show(_offer(event.subject_id), "return_offer")


def _show(offer: Offer, template: str) -> None:
    if offer.status == Offer.Status.OPEN:
        case = case_of(offer.case_id)
        write_to_customer(
            case,
            template,
            once=offer.pk,
            entries=entries_of(case, [offer.entry.item_id]),
            amount=offer.amount,
            message=offer.message,
            due_at=in_reader_time(offer.due_at),
        )


@on("offer.accepted", "offer.declined", "offer.lapsed")
def tell_seller_what_became_of_it(event) -> None:
    offer = _offer(event.subject_id)
    case = case_of(offer.case_id)
    ring(Role.SELLER, case, "return_offer_answered", once=offer.pk, status=offer.status)


@on("offer.lapsed", "offer.withdrawn")
def tell_customer_that_it_is_over(event) -> None:
    """Where the request was answered instead, that has a letter of its own."""
    offer = _offer(event.subject_id)
    if offer.entry.status != Answer.WAITING:
        return
    case = case_of(offer.case_id)
    write_to_customer(
        case,
        "return_offer_over",
        once=offer.pk,
        entries=entries_of(case, [offer.entry.item_id]),
        lapsed=offer.status == Offer.Status.LAPSED,
        amount=offer.amount,
    )


# -- Messages --------------------------------------------------------------------------------


@on("return.message_written")
def pass_the_message_on(event) -> None:
    """To those it is for, except the side that wrote it."""
    message = ReturnMessage.objects.get(pk=event.data["message"])
    case = case_of(event.subject_id)
    facts: dict[str, Any] = {"once": message.pk, "author": message.author_role}
    if message.for_customer and message.author_role != Role.CUSTOMER:
        write_to_customer(case, "return_message", text=message.text, **facts)
    if message.for_seller and message.author_role != Role.SELLER:
        ring(Role.SELLER, case, "return_message", **facts)
        write_to(Role.SELLER, case, "return_message", text=message.text, **facts)
    if message.author_role != Role.OWNER:
        ring(Role.OWNER, case, "return_message", **facts)


# -- Reminders -------------------------------------------------------------------------------


@on("deadline.neared")
def remind(event) -> None:
    deadline = Deadline.objects.get(pk=event.subject_id)
    if deadline.handled_at is not None:
        return
    if deadline.step in (operations.ANSWER_STEP, operations.ESCALATED_STEP):
        _call(deadline.subject_id, reminder=event.pk)
    elif deadline.step == operations.OFFER_STEP:
        _show(_offer(deadline.subject_id), "return_offer_near")
