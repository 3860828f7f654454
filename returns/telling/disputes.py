"""Who is told what of a dispute: the customer, the seller, the marketplace that decides it, and
the shipping company whose parcel it is about."""

from django.utils import timezone

from core.actors import Role
from core.deadlines.models import Deadline
from core.events import on
from orders.models import Reason
from returns import operations
from returns.dispute_policies import no_appeal
from returns.letters import (
    case_of,
    entries_of,
    in_reader_time,
    lines_of,
    ring,
    write_to,
    write_to_carriers,
    write_to_customer,
)
from returns.models import Decision, Dispute, ReturnMessage

Status = Dispute.Status


def _dispute(dispute_id: int) -> Dispute:
    return Dispute.objects.get(pk=dispute_id)


@on("dispute.open", "dispute.extended")
def tell_marketplace_and_carrier(event) -> None:
    """The customer is told with the rejection itself."""
    dispute = _dispute(event.subject_id)
    case = case_of(dispute.case_id)
    rejected = entries_of(case, event.data["items"])
    facts = {"dispute_number": dispute.number}
    ring(Role.OWNER, case, "return_dispute_opened", once=event.pk, dispute=dispute.number)
    write_to(Role.OWNER, case, "return_dispute_opened", once=event.pk, entries=rejected, **facts)
    write_to_carriers(case, "return_dispute_carrier", rejected, once=event.pk)


@on("dispute.deciding", "dispute.side_stated", "dispute.appealed")
def call_for_a_decision(event) -> None:
    if event.type == "dispute.deciding" and _dispute(event.subject_id).stated_at is not None:
        return  # called for by the customer's side, which came with it
    _call(event.subject_id, once=event.pk)


def _call(dispute_id: int, *, once: int, reminder: str = "") -> None:
    dispute = _dispute(dispute_id)
    deadline = Deadline.objects.open().of(dispute).filter(step=operations.DECISION_STEP).first()
    if dispute.status not in (Status.DECIDING, Status.APPEALED):
        return
    case = case_of(dispute.case_id)
    ring(
        Role.OWNER,
        case,
        "return_dispute_to_decide",
        once=once,
        dispute=dispute.number,
        appealed=dispute.status == Status.APPEALED,
        reminder=reminder,
    )
    write_to(
        Role.OWNER,
        case,
        "return_dispute_to_decide",
        once=once,
        entries=_disputed(dispute),
        dispute_number=dispute.number,
        appealed=dispute.status == Status.APPEALED,
        stated=dispute.stated_at is not None,
        reminder=reminder,
        due_at=in_reader_time(deadline.due_at) if deadline else "",
    )


def _disputed(dispute: Dispute) -> list:
    items = dispute.items.values_list("entry__item", flat=True)
    return entries_of(dispute.case, list(items))


@on("dispute.side_stated", "dispute.appealed")
def tell_seller_what_the_customer_says(event) -> None:
    """The words are those of a message that is for the seller, too."""
    dispute = _dispute(event.subject_id)
    message = ReturnMessage.objects.get(pk=event.data["message"])
    case = case_of(dispute.case_id)
    appealed = event.type == "dispute.appealed"
    ring(
        Role.SELLER,
        case,
        "return_dispute_side",
        once=event.pk,
        dispute=dispute.number,
        appealed=appealed,
    )
    write_to(
        Role.SELLER,
        case,
        "return_dispute_side",
        once=event.pk,
        entries=_disputed(dispute),
        dispute_number=dispute.number,
        appealed=appealed,
        text=message.text,
    )


@on("dispute.decided", "dispute.decided_again")
def tell_both_what_was_decided(event) -> None:
    dispute = _dispute(event.subject_id)
    decision = Decision.objects.get(dispute=dispute, round=event.data["round"])
    case = case_of(dispute.case_id)
    last = dispute.decisions.order_by("round").last()
    refusal = no_appeal(dispute, last, timezone.now())
    facts = {
        "dispute_number": dispute.number,
        "outcome": decision.outcome,
        "again": decision.round > 1,
        "amount": sum(line.amount for line in decision.lines.all()),
        "decided": _decided_lines(decision),
        "fault": Reason.Fault(decision.fault).label,
        "shipping_paid_by": Reason.Fault(decision.shipping_paid_by).label,
        "note": decision.note,
        "goods_back": decision.goods_back,
        "appeal_by": in_reader_time(dispute.appeal_by) if refusal is None else "",
    }
    entries = _disputed(dispute)
    write_to_customer(case, "return_dispute_decided", once=event.pk, entries=entries, **facts)
    write_to(Role.SELLER, case, "return_dispute_decided", once=event.pk, entries=entries, **facts)
    ring(
        Role.SELLER,
        case,
        "return_dispute_decided",
        once=event.pk,
        dispute=dispute.number,
        outcome=decision.outcome,
    )


def _decided_lines(decision: Decision) -> list[dict]:
    """Item by item: why it was rejected, and what is paid back for it (minor units)."""
    lines = list(decision.lines.select_related("entry__item__line", "entry__rejection"))
    told = lines_of([line.entry for line in lines])
    return [words | {"amount": line.amount} for words, line in zip(told, lines, strict=True)]


@on("dispute.decision_overdue")
def say_that_nobody_decided(event) -> None:
    _call(event.subject_id, once=event.pk, reminder="overdue")


@on("deadline.neared")
def remind(event) -> None:
    deadline = Deadline.objects.get(pk=event.subject_id)
    if deadline.handled_at is not None:
        return
    if deadline.step == operations.DECISION_STEP:
        _call(deadline.subject_id, once=event.pk, reminder="near")
    elif deadline.step == operations.STATEMENT_STEP:
        dispute = _dispute(deadline.subject_id)
        write_to_customer(
            case_of(dispute.case_id),
            "return_statement_near",
            once=event.pk,
            entries=_disputed(dispute),
            statement_by=in_reader_time(deadline.due_at),
        )
