"""What is chosen to be cancelled: checked as a whole, then taken, grouped by seller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cancellations import policies
from core.actors import Actor
from core.errors import DomainError, InvalidInput, Problems
from core.statements import columns_of, fetched, row_from
from orders.models import Case, Order, OrderItem, Reason, SellerOrder
from orders.operations.items import QuantityNotLeft, UnknownItem, locked_items, part_of
from orders.querysets import ReasonQuerySet


@dataclass(frozen=True)
class Selection:
    """So many units of one item, and why."""

    item_id: int
    quantity: int
    reason_code: str
    note: str = ""


@dataclass(frozen=True)
class Chosen:
    """A taken item (split off where only part was chosen), and why."""

    item: OrderItem
    reason: Reason
    note: str


Rule = Callable[[OrderItem], DomainError | None]


def choose(
    order: Order, selections: Sequence[Selection], *, actor: Actor, refusal_of: Rule
) -> list[tuple[SellerOrder, list[Chosen]]]:
    """Take what is selected of a locked order: one group per seller, in the order of selection.

    `refusal_of` says why an item is not for this act. Refused as a whole, with every problem
    named by its place ("items/0/reason"): InvalidInput, ReasonNotAllowed, NoteRequired,
    UnknownItem, QuantityNotLeft, what `refusal_of` gives, or Problems when there are several.
    """
    reasons = _pickable(actor)
    wanted = [selection.item_id for selection in selections]
    found = locked_items(order, wanted, actor=actor)
    refuse(_problems_of(found, selections, reasons, refusal_of))
    reason_of = {reason.code: reason for reason in reasons}
    chosen = [
        Chosen(
            part_of(found[selection.item_id], selection.quantity, actor=actor),
            reason_of[selection.reason_code],
            selection.note.strip(),
        )
        for selection in selections
    ]
    parts = {item.seller_order_id: item.seller_order for item in found.values()}
    return [
        (parts[part_id], [one for one in chosen if one.item.seller_order_id == part_id])
        for part_id in sorted(parts)
    ]


def _pickable(actor: Actor) -> list[Reason]:
    """`Reason.objects.pickable_by`, by hand."""
    picker = ReasonQuerySet.PICKERS.get(actor.role)
    if picker is None:
        return []
    columns = columns_of(Reason, "reason")
    statement = _PICKABLE.format(columns=columns, picker=picker)
    return [row_from(Reason, row) for row in fetched(statement, [Case.Kind.CANCEL])]


_PICKABLE = """
    SELECT {columns} FROM orders_reason reason
    WHERE reason.active AND reason.{picker} AND reason.kind = %s ORDER BY sort_order, id
"""


def refuse(problems: list[DomainError]) -> None:
    """Raise the one problem, or all of them at once; none is fine."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)


def _problems_of(
    found: dict[int, OrderItem],
    selections: Sequence[Selection],
    reasons: list[Reason],
    refusal_of: Rule,
) -> list[DomainError]:
    if not selections:
        return [InvalidInput(_("Choose at least one item."), field="items", code="nothing_chosen")]
    problems: list[DomainError] = []
    seen: set[int] = set()
    for position, selection in enumerate(selections):
        field = f"items/{position}"
        item = found.get(selection.item_id)
        if item is None:
            problems.append(
                UnknownItem(_("There is no such item in this order."), field=f"{field}/item")
            )
            continue
        if item.pk in seen:
            problems.append(
                InvalidInput(_("This item is named twice."), field=f"{field}/item", code="twice")
            )
        seen.add(item.pk)
        if refusal := refusal_of(item):
            refusal.field = f"{field}/item"
            problems.append(refusal)
        elif not 1 <= selection.quantity <= item.quantity:
            problems.append(_quantity_not_left(item, selection.quantity, field))
        problems += policies.why_not(selection.reason_code, selection.note, reasons, field=field)
    return problems


def _quantity_not_left(item: OrderItem, quantity: int, field: str) -> QuantityNotLeft:
    return QuantityNotLeft(
        _("%(quantity)s of %(name)s is not possible; there are %(left)s.")
        % {"quantity": quantity, "name": item.line.name, "left": item.quantity},
        field=f"{field}/quantity",
        allowed=[str(number) for number in (1, item.quantity)][: item.quantity],
    )
