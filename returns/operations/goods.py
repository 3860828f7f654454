"""Goods on their way back: waited for, sent, or never sent. Never decides about money by itself,
except that money that waits for goods does not leave when they never come."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.actors import SYSTEM, Actor
from core.deadlines.operations import arm, disarm
from core.errors import DomainError
from core.events.models import Event
from core.numbers import new_number
from orders.models import Case, Order, OrderItem
from orders.operations import lock_order, release_items
from orders.operations.cases import close_case
from orders.operations.replacing import paid_units_of
from refunds.models import RefundLine, RefundPlan
from refunds.operations import void_plan
from returns import goods_policies as policies
from returns.models import Dispute, ReturnItem, ReturnParcel
from sellers.models import DeliveryOption

SEND_STEP = "return.send_goods"  # the customer's time
CONFIRM_STEP = "return.confirm_receipt"  # the seller's, to look at what came
PREFIX = "RT"
Status = ReturnParcel.Status


class UnknownParcel(DomainError):
    """No returned parcel has this code, as far as this actor can see."""

    code = "unknown_return_code"
    status = 404
    message = _("No return has this code.")


@transaction.atomic
def open_parcel(
    case: Case, *, actor: Actor, entries: Sequence[ReturnItem] | None = None
) -> ReturnParcel:
    """Wait for the goods of an approved return: the code for the label, and the days to send.

    entries: which have to come back; none given means every approved one that does. A parcel
    that is awaited or on its way takes them in; one that has arrived, or never came, is awaited
    once more. The order must be locked.
    """
    if entries is None:
        entries = expected_entries(case, ended=True)
    mark_in_case(case, entries)
    known = ReturnParcel.objects.filter(case=case).first()
    if known is not None and known.status in (Status.RECEIVED, Status.NEVER_CAME):
        known.transition_to(
            Status.AWAITED, actor=actor, changes={"send_by": None, "confirm_by": None}
        )
    if known is not None:
        return _wait_for(known, actor) if known.status == Status.AWAITED else known
    parcel = ReturnParcel(
        code=new_number(PREFIX),
        case=case,
        order_id=case.order_id,
        seller_order_id=case.seller_order_id,
        seller_id=case.seller_id,
        delivery_option=easy_return_of(case.seller_id),
    )
    parcel.begin(actor=actor, code=parcel.code, units=sum(one.item.quantity for one in entries))
    return _wait_for(parcel, actor)


def _wait_for(parcel: ReturnParcel, actor: Actor) -> ReturnParcel:
    zone = parcel.seller.time_zone
    deadline = arm(SEND_STEP, subject=parcel, zone=zone, actor=actor)
    parcel.send_by = deadline.due_at if deadline else None
    ReturnParcel.objects.filter(pk=parcel.pk).update(send_by=parcel.send_by)
    return parcel


def mark_in_case(case: Case, entries: Sequence[ReturnItem]) -> None:
    """The items wait for their goods in this case; those that have ended, or are in another
    request, do not."""
    items = [entry.item_id for entry in entries]
    OrderItem.objects.live().filter(pk__in=items, open_case=None).update(open_case=case)


def expected_entries(case: Case, *, ended: bool = False) -> list[ReturnItem]:
    """The approved items that have to come back and still wait in the case; each with its item
    and line. `ended`: also those that do not wait (any more)."""
    entries = ReturnItem.objects.filter(
        case=case, status=ReturnItem.Status.APPROVED, goods_back=True
    ).select_related("item__line")
    if not ended:
        entries = entries.filter(item__open_case=case)
    return list(entries.order_by("pk"))


def entries_of(case: Case) -> dict[int, ReturnItem]:
    """Every item of the request, whatever was answered: anything can be in a parcel."""
    entries = ReturnItem.objects.filter(case=case).order_by("pk")
    entries = entries.select_related("item__line", "reason")
    return {entry.pk: entry for entry in entries}


def counted_in(parcel: ReturnParcel) -> dict[int | None, dict[str, int]]:
    """{entry's pk: {condition: units}} of all that was ever received."""
    counted: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry_id, condition, quantity in parcel.received.values_list(
        "entry", "condition", "quantity"
    ):
        counted[entry_id][condition] += quantity
    return counted


def easy_return_of(seller_id: int) -> DeliveryOption | None:
    """The way that this seller has chosen for returned goods, where it can still be taken."""
    return (
        DeliveryOption.objects.with_choice_of(seller_id)
        .filter(seller_easy_return=True, offered=True)
        .first()
    )


def waits_for_goods(case: Case) -> bool:
    """Whether goods of this case are still to come, or to be looked at before money leaves."""
    parcel = ReturnParcel.objects.filter(case=case).first()
    if parcel is None or parcel.status == Status.NEVER_CAME:
        return False
    return parcel.status != Status.RECEIVED or bool(plans_on_receipt(case))


def find_by_code(code: str, actor: Actor) -> ReturnParcel:
    """The parcel behind a scanned or typed code, read as people write it: any case, with or
    without the hyphen, O for 0 and I for 1; or an address that ends in it. Raises UnknownParcel.
    """
    written = re.sub(r"[\s\-]", "", code.strip().rstrip("/").rpartition("/")[2]).upper()
    digits = written.removeprefix(PREFIX).translate(str.maketrans("OIL", "011"))
    parcel = ReturnParcel.objects.visible_to(actor).filter(code=f"{PREFIX}-{digits}").first()
    if parcel is None:
        raise UnknownParcel
    return parcel


def lock_parcel(parcel: ReturnParcel) -> tuple[ReturnParcel, Order]:
    """The parcel as it is now, under the lock of its order."""
    order = lock_order(parcel.order_id)
    return ReturnParcel.objects.select_related("case", "seller").get(pk=parcel.pk), order


@transaction.atomic
def say_sent(
    parcel: ReturnParcel,
    *,
    actor: Actor,
    tracking_number: str,
    delivery_option: DeliveryOption | None = None,
    other_carrier: str = "",
) -> ReturnParcel:
    """The goods are on their way; from now on the seller has their days to look at them.

    Without a carrier it is the one on the label. Said again, it mends what was said. Raises
    NotAllowed, NotUnderWay, InvalidInput.
    """
    parcel, _order = lock_parcel(parcel)
    tracking_number, other_carrier = tracking_number.strip(), other_carrier.strip()
    if delivery_option is None and not other_carrier:
        delivery_option, other_carrier = parcel.delivery_option, parcel.other_carrier
    refusal = policies.may_send_back(parcel, actor) or policies.fits_way_back(
        tracking_number, delivery_option, other_carrier
    )
    if refusal:
        raise refusal
    changes = {
        "tracking_number": tracking_number,
        "delivery_option": delivery_option,
        "other_carrier": other_carrier,
    }
    told = {
        "tracking_number": tracking_number,
        "carrier": other_carrier or str(delivery_option),
    }
    if parcel.status == Status.SENT:
        ReturnParcel.objects.filter(pk=parcel.pk).update(**changes)
        parcel.note("return_parcel.way_changed", actor=actor, **told)
        parcel.refresh_from_db()
        return parcel
    disarm(SEND_STEP, subject=parcel, outcome=Status.SENT)
    parcel.transition_to(
        Status.SENT, actor=actor, changes=changes | {"sent_at": timezone.now()}, **told
    )
    give_time_to_confirm(parcel, actor=actor)
    return parcel


def give_time_to_confirm(parcel: ReturnParcel, *, actor: Actor) -> None:
    """The seller's days to say what came begin, unless they run already."""
    deadline = arm(CONFIRM_STEP, subject=parcel, zone=parcel.seller.time_zone, actor=actor)
    parcel.confirm_by = deadline.due_at if deadline else None
    ReturnParcel.objects.filter(pk=parcel.pk).update(confirm_by=parcel.confirm_by)


@transaction.atomic
def expire_sending(*, parcel_id: int) -> str | None:
    """Nobody sent the goods in time: they are not waited for any more, and nothing is paid for
    them. The case is closed, unless something else of it is paid, sent anew or disputed: then it
    ends with that.

    Returns what came of it, or None where they were sent meanwhile.
    """
    parcel, _order = lock_parcel(ReturnParcel.objects.get(pk=parcel_id))
    if parcel.status != Status.AWAITED:
        return None
    case = parcel.case
    entries = expected_entries(case)
    parcel.transition_to(Status.NEVER_CAME, actor=SYSTEM)
    for plan in plans_waiting_for(case, entries):
        void_plan(plan, actor=SYSTEM)
    release_items([entry.item for entry in entries])
    disputed = Dispute.objects.filter(case=case).exclude(status=Dispute.Status.CLOSED)
    if disputed.exists() or came_to_something(case):
        case.note("return.goods_never_came", actor=SYSTEM, items=[one.item_id for one in entries])
    elif case.status == Case.Status.APPROVED:
        close_case(case, actor=SYSTEM, reason="goods_never_came")
    return parcel.status


def came_to_something(case: Case) -> bool:
    """Whether a return gave anything: money, something sent anew, or goods were taken back. What
    an earlier return of the same items sent anew is not of this one, and only events tell."""
    items = ReturnItem.objects.filter(case=case, status=ReturnItem.Status.APPROVED)
    sent_anew = Event.objects.filter(
        type="return.replaced", subject_type=Case.EVENT, subject_id=case.pk
    )
    return (
        RefundPlan.objects.live().filter(case=case).exists()
        or items.filter(item__status=OrderItem.Status.RETURNED).exists()
        or sent_anew.exists()
    )


def plans_on_receipt(case: Case) -> list[RefundPlan]:
    """The approved plans of this case that wait for the goods."""
    plans = RefundPlan.objects.filter(
        case=case,
        status=RefundPlan.Status.APPROVED,
        payable_when=RefundPlan.PayableWhen.ON_RECEIPT,
        payable_at=None,
    )
    return list(plans.order_by("round"))


def plans_waiting_for(case: Case, entries: Sequence[ReturnItem]) -> list[RefundPlan]:
    """Those of them that wait for these items. Where a dispute lets other goods come back later,
    what has come already may still be inspected: its plan does not wait for them."""
    paid_for = paid_units_of([entry.item for entry in entries])
    lines = RefundLine.objects.standing().filter(
        plan__case=case, item__in=[units.item.pk for units in paid_for.values()]
    )
    waiting = set(lines.values_list("plan", flat=True))
    return [plan for plan in plans_on_receipt(case) if plan.pk in waiting]
