"""Cases: opening, deciding and completing what is common to cancellations and returns."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError
from core.numbers import new_number
from core.statements import fetched_one
from orders.models import Case, OrderItem, SellerOrder

PREFIX: dict[str, str] = {Case.Kind.CANCEL: "CR", Case.Kind.RETURN: "RR"}


class AlreadyInCase(DomainError):
    """An item has at most one open case."""

    code = "already_requested"


def open_case(
    seller_order: SellerOrder,
    items: Sequence[OrderItem],
    *,
    kind: str,
    origin: str,
    actor: Actor,
    due_at: datetime | None = None,
    tells: int = 1,
) -> Case:
    """Open a case about locked items of one seller order and mark them as in it.

    The order must be locked. `tells` as `Stateful.begin` takes it. Raises AlreadyInCase when one
    of the items is in an open case.
    """
    case = Case(
        number=new_number(PREFIX[kind]),
        kind=kind,
        order_id=seller_order.order_id,
        seller_order=seller_order,
        seller_id=seller_order.seller_id,
        origin=origin,
        opened_at=timezone.now(),
        due_at=due_at,
    )
    ids = [item.pk for item in items]
    units = sum(item.quantity for item in items)
    case.begin(actor=actor, tells=tells, kind=kind, items=ids, units=units)
    now = timezone.now()
    touched = [now, case.order_id, now, case.seller_order_id]
    if fetched_one(_MARK, [case.pk, ids, seller_order.pk, *touched]) != (len(ids),):
        raise AlreadyInCase(_("A request for one of these items is waiting already."))
    for item in items:
        item.open_case = case
    return case


# With what `_touch_order` does.
_MARK = """
    WITH marked AS (
        UPDATE orders_orderitem SET open_case_id = %s
        WHERE id = ANY(%s) AND seller_order_id = %s AND open_case_id IS NULL RETURNING 1
    ), purchase AS (
        UPDATE orders_order SET updated_at = %s WHERE id = %s
    ), part AS (
        UPDATE orders_sellerorder SET updated_at = %s WHERE id = %s
    ) SELECT count(*) FROM marked
"""


def decide_case(case: Case, status: str, *, actor: Actor, **data) -> None:
    """Answer a case as a whole: approved, rejected or withdrawn; or approve one that was rejected,
    by overruling. Items still marked as being in it are released by whoever knows what becomes of
    them."""
    now = timezone.now()
    closed_at = None if status == Case.Status.APPROVED else now
    changes: dict = {"decided_at": now, "due_at": None, "closed_at": closed_at}
    case.transition_to(status, actor=actor, changes=changes, kind=case.kind, **data)
    _touch_order(case)


def release_items(items: Sequence[OrderItem]) -> None:
    """The items are in no open case any more."""
    OrderItem.objects.filter(pk__in=[item.pk for item in items]).update(open_case=None)
    for item in items:
        item.open_case = None


def complete_case(case: Case, *, actor: Actor) -> None:
    """The money has left: nothing more happens to an approved case."""
    case.transition_to(
        Case.Status.COMPLETED, actor=actor, changes={"closed_at": timezone.now()}, kind=case.kind
    )
    _touch_order(case)


def close_case(case: Case, *, actor: Actor, **data) -> None:
    """Nothing is paid for an approved return after all: its goods never came."""
    case.transition_to(
        Case.Status.CLOSED,
        actor=actor,
        changes={"closed_at": timezone.now()},
        kind=case.kind,
        **data,
    )
    _touch_order(case)


def _touch_order(case: Case) -> None:
    """An order reads differently when a case of it does: `updated_since` must find both."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, [now, case.order_id, now, case.seller_order_id])


_TOUCH = """
    WITH touched AS (UPDATE orders_order SET updated_at = %s WHERE id = %s)
    UPDATE orders_sellerorder SET updated_at = %s WHERE id = %s
"""
