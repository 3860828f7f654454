"""Who is told what of goods that come back, of what is sent anew, and of the money."""

from core.actors import Role
from core.deadlines.models import Deadline
from core.events import on
from orders.models import Case
from refunds.models import RefundPlan
from returns import operations
from returns.letters import case_of, entries_of, in_reader_time, ring, write_to, write_to_customer
from returns.models import ReturnParcel


@on("return_parcel.sent")
def tell_seller_that_it_comes(event) -> None:
    parcel = ReturnParcel.objects.get(pk=event.subject_id)
    ring(
        Role.SELLER,
        case_of(parcel.case_id),
        "return_on_its_way",
        once=event.pk,
        everybody=True,
        code=parcel.code,
    )


@on("return_parcel.received")
def tell_customer_that_it_came(event) -> None:
    parcel = ReturnParcel.objects.get(pk=event.subject_id)
    waiting = RefundPlan.objects.live().filter(case=parcel.case_id, payable_at=None)
    write_to_customer(
        case_of(parcel.case_id),
        "return_received",
        once=event.pk,
        code=parcel.code,
        silent=bool(event.data.get("silent")),
        looked_at=not waiting.exists(),
    )


@on("return_parcel.never_came")
def tell_both_that_it_never_came(event) -> None:
    parcel = ReturnParcel.objects.get(pk=event.subject_id)
    case = case_of(parcel.case_id)
    write_to_customer(case, "return_never_came", once=event.pk, code=parcel.code)
    ring(Role.SELLER, case, "return_never_came", once=event.pk)


@on("return.receipt_unconfirmed")
def call_the_marketplace_to_look(event) -> None:
    """The seller's time is over, and the owner's rule does not let silence pay."""
    case = case_of(event.subject_id)
    parcel = ReturnParcel.objects.get(case=case)
    facts = {"once": event.pk, "code": parcel.code}
    ring(Role.OWNER, case, "return_unconfirmed", **facts)
    write_to(
        Role.OWNER,
        case,
        "return_unconfirmed",
        received=parcel.status == ReturnParcel.Status.RECEIVED,
        **facts,
    )


@on("return.replaced")
def tell_that_it_is_sent_anew(event) -> None:
    case = case_of(event.subject_id)
    write_to_customer(
        case,
        "return_replaced",
        once=event.pk,
        units=event.data["units"],
    )
    ring(Role.SELLER, case, "return_replaced", once=event.pk, everybody=True)


def _plan(event) -> RefundPlan | None:
    plan = RefundPlan.objects.select_related("case").get(pk=event.subject_id)
    of_return = plan.case is not None and plan.case.kind == Case.Kind.RETURN
    return plan if of_return else None


@on("refund_plan.lines_changed")
def tell_what_is_kept(event) -> None:
    plan = _plan(event)
    if plan is not None and plan.case_id is not None:
        case, data = case_of(plan.case_id), event.data
        write_to_customer(
            case,
            "return_deducted",
            once=event.pk,
            planned=data["estimate"],
            kept=-data["change"],
            amount=data["total"],
            taken=_taken_lines(case, data["lines"]),
        )


def _taken_lines(case: Case, lines: list[dict]) -> list[dict]:
    """What is kept of which item and why, minor units; `lines` as the event has them."""
    names = {entry.item_id: entry.item.line.name for entry in entries_of(case)}
    return [
        {"name": names[line["item"]], "amount": line["amount"], "why": line["reason"]}
        for line in lines
    ]


@on("refund_plan.completed")
def tell_that_the_money_has_left(event) -> None:
    plan = _plan(event)
    if plan is not None and plan.case_id is not None and plan.total:
        write_to_customer(
            case_of(plan.case_id),
            "return_refunded",
            once=plan.pk,
            amount=plan.total,
            to_store_credit=plan.pay_to == RefundPlan.PayTo.STORE_CREDIT,
        )


@on("deadline.neared")
def remind(event) -> None:
    deadline = Deadline.objects.get(pk=event.subject_id)
    if deadline.handled_at is not None:
        return
    if deadline.step == operations.SEND_STEP:
        _remind_to_send(deadline, event.pk)
    elif deadline.step == operations.CONFIRM_STEP:
        _remind_to_confirm(deadline, event.pk)


def _remind_to_send(deadline: Deadline, once: int) -> None:
    parcel = ReturnParcel.objects.get(pk=deadline.subject_id)
    if parcel.status == ReturnParcel.Status.AWAITED:
        write_to_customer(
            case_of(parcel.case_id),
            "return_send_near",
            once=once,
            code=parcel.code,
            send_by=in_reader_time(deadline.due_at),
        )


def _remind_to_confirm(deadline: Deadline, once: int) -> None:
    parcel = ReturnParcel.objects.get(pk=deadline.subject_id)
    case = case_of(parcel.case_id)
    ring(Role.SELLER, case, "return_to_confirm", once=once, everybody=True, code=parcel.code)
    write_to(
        Role.SELLER,
        case,
        "return_to_confirm",
        once=once,
        code=parcel.code,
        due_at=in_reader_time(deadline.due_at),
        silence=deadline.action,
    )
