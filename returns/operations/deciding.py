"""What every answer is made of. Each of these runs under the lock of `lock_request`.

Decisions stand on items. The case waits until every item is answered; it is then approved if any
item was approved or settled, its money is planned, and its goods are waited for (product.md §5).
"""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import SYSTEM, Actor, Role
from core.deadlines.operations import disarm
from orders.models import Case, Order, OrderItem, Reason
from orders.operations import decide_case, lock_order, move_items, release_items
from refunds.models import RefundPlan
from refunds.operations import create_plan, next_round, refund_of
from refunds.planning import PlannedRefund
from returns.models import Offer, ReturnItem, ReturnRequest
from returns.operations.goods import open_parcel
from returns.operations.pricing import Due, return_shipping_of, told_terms
from returns.operations.replacing import send_again
from returns.operations.returning_failed import send_back_by_carrier

ANSWER_STEP = "return.answer"  # the seller's time
ESCALATED_STEP = "return.escalated"  # the owner's, once the seller's has passed
OFFER_STEP = "return.offer"  # the customer's, to take an offer
Status = ReturnItem.Status
Wish = ReturnRequest.Wish
PayableWhen = RefundPlan.PayableWhen


def lock_request(request_id: int) -> tuple[ReturnRequest, Order]:
    """A request with its case as they are now, under the lock of their order."""
    requests = ReturnRequest.objects.select_related("case__seller")
    order = lock_order(requests.get(pk=request_id).case.order_id)
    return requests.get(pk=request_id), order


def waiting_entries(request: ReturnRequest) -> list[ReturnItem]:
    """What still waits for an answer, with its items and their lines."""
    return with_items(list(request.items.waiting().select_related("reason").order_by("pk")))


def with_items(entries: list[ReturnItem]) -> list[ReturnItem]:
    """The entries, each with its item as it is now, locked."""
    found = OrderItem.objects.filter(pk__in=[entry.item_id for entry in entries])
    items = {item.pk: item for item in found.select_related("line").locked()}
    for entry in entries:
        entry.item = items[entry.item_id]
    return entries


def approve(
    request: ReturnRequest,
    order: Order,
    entries: Sequence[ReturnItem],
    *,
    actor: Actor,
    rule: str = "",
) -> None:
    """Say yes to these. What has to come back stays in the case until it has; what need not is
    returned at once, and what was only a part of something is sent at once."""
    if not entries:
        return
    decide(entries, Status.APPROVED, actor=actor, rule=rule)
    end_offers(entries, Offer.Status.WITHDRAWN, actor=actor)
    if request.wish == Wish.MISSING_PART:
        release_items([entry.item for entry in entries])
        send_again(request, order, entries, actor=actor)
        return
    kept = [entry for entry in entries if not entry.goods_back]
    if not kept:
        return
    move_items(
        order,
        [entry.item for entry in kept],
        OrderItem.Status.RETURNED,
        actor=actor,
        changes={"open_case": None},
        case=request.case.number,
        goods_back=False,
    )
    if request.wish == Wish.EXCHANGE:
        send_again(request, order, kept, actor=actor)


def turn_down(
    entries: Sequence[ReturnItem],
    *,
    actor: Actor,
    status: str,
    reason: Reason | None = None,
    note: str = "",
) -> None:
    """Say no to these (rejected, for a reason), or drop the wish (withdrawn): they stay with the
    customer, and in no case."""
    if not entries:
        return
    decide(entries, status, actor=actor, reason=reason, note=note)
    ended = Offer.Status.WITHDRAWN if status == Status.REJECTED else Offer.Status.DECLINED
    end_offers(entries, ended, actor=actor)
    release_items([entry.item for entry in entries])


def decide(
    entries: Sequence[ReturnItem],
    status: str,
    *,
    actor: Actor,
    rule: str = "",
    reason: Reason | None = None,
    note: str = "",
    agreed_amount: int | None = None,
) -> None:
    """Write the answer on the entries: who, when, why."""
    for entry in entries:
        entry.status = status
        entry.decided_at = timezone.now()
        entry.decided_by_role = actor.role
        entry.decided_by_id = None if rule else actor.user_id
        entry.decided_rule = rule
        entry.rejection = reason
        entry.decision_note = note
        entry.agreed_amount = agreed_amount
    columns = ["status", "decided_at", "decided_by_role", "decided_by", "decided_rule"]
    columns += ["rejection", "decision_note", "agreed_amount"]
    ReturnItem.objects.bulk_update(entries, columns)


def end_offers(entries: Sequence[ReturnItem], status: str, *, actor: Actor) -> None:
    """Nothing is offered for these any more."""
    for offer in Offer.objects.open().filter(entry__in=entries).order_by("pk"):
        offer.transition_to(status, actor=actor, changes={"answered_at": timezone.now()})
        disarm(OFFER_STEP, subject=offer, outcome=status)


def settle(request: ReturnRequest, order: Order, *, actor: Actor) -> None:
    """Answer the case, if every item of it is answered now; else it goes on waiting."""
    entries = list(request.items.order_by("pk"))
    statuses = {entry.status for entry in entries}
    if Status.WAITING in statuses or request.case.status != Case.Status.WAITING:
        return
    given = [entry for entry in entries if entry.status in (Status.APPROVED, Status.SETTLED)]
    if actor.role is Role.CUSTOMER and statuses - {Status.WITHDRAWN}:
        actor = SYSTEM  # a customer takes an offer or drops a wish; the answer follows from it
    if not given:
        rejected = Status.REJECTED in statuses
        status = Case.Status.REJECTED if rejected else Case.Status.WITHDRAWN
        _answer(request, entries, status, actor=actor)
        return
    rule = _answer(request, given, Case.Status.APPROVED, actor=actor)
    given = with_items(given)
    _plan(request, given, actor=actor)
    request.case.note(
        "return.approved",
        actor=actor,
        items=[entry.item_id for entry in given],
        units=sum(entry.item.quantity for entry in given),
        rule=rule,
    )
    back = [entry for entry in given if entry.status == Status.APPROVED and entry.goods_back]
    if back:
        parcel = open_parcel(request.case, actor=actor, entries=back)
        send_back_by_carrier(parcel, [entry.item for entry in back])


def _answer(
    request: ReturnRequest, entries: Sequence[ReturnItem], status: str, *, actor: Actor
) -> str:
    """Answer the case as a whole; returns the rule, where one rule decided about all of it."""
    rules = {entry.decided_rule for entry in entries}
    rule = rules.pop() if len(rules) == 1 else ""
    decide_case(request.case, status, actor=actor, rule=rule)
    if request.held_by:
        request.held_by = ""
        request.save(update_fields=["held_by"])
    return rule


def dues_of(request: ReturnRequest, entries: Sequence[ReturnItem]) -> list[Due]:
    """What these entries are owed, on the terms that were told: those that were approved where
    money was asked for, and those that were settled."""
    dues = []
    for entry in entries:
        if entry.status == Status.SETTLED:
            why = str(_("Agreed: you keep it."))
            dues.append(Due(entry.item, told_terms(entry), entry.agreed_amount, why))
        elif request.wish == Wish.REFUND:
            dues.append(Due(entry.item, told_terms(entry)))
    return dues


def _plan(request: ReturnRequest, given: Sequence[ReturnItem], *, actor: Actor) -> None:
    """A plan for what is paid at once, and one for what waits for the goods."""
    dues = dues_of(request, given)
    fee = return_shipping_of(dues)
    for at_once in (True, False):
        own = [due for due in dues if due.at_once is at_once]
        if not own:
            continue
        planned = refund_of([due.claim() for due in own], return_shipping=fee)
        fee -= _fee_in(planned)
        create_plan(
            case=request.case,
            items=[due.item for due in own],
            lines=planned,
            type=RefundPlan.Type.REFUND,
            status=RefundPlan.Status.APPROVED,
            payable_when=PayableWhen.AT_ONCE if at_once else PayableWhen.ON_RECEIPT,
            round=next_round(request.case_id),
            pay_to=request.pay_to,
            actor=actor,
        )


def _fee_in(planned: PlannedRefund) -> int:
    return -sum(line.amount for line in planned.lines if line.component == "return_shipping")
