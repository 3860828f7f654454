"""What is chosen of an order, and why: checked as a whole, then taken, grouped by seller."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput, Problems
from core.statements import columns_of, fetched, row_from
from orders.models import Order, OrderItem, Reason, SellerOrder
from orders.operations.items import QuantityNotLeft, UnknownItem, locked_items, part_of
from orders.querysets import ReasonQuerySet
from orders.reasons import why_not


@dataclass(frozen=True)
class Selection:
    """So many units of one item, and why."""

    item_id: int
    quantity: int
    reason_code: str
    note: str = ""


Selected = TypeVar("Selected", bound=Selection)


@dataclass(frozen=True)
class Chosen(Generic[Selected]):
    """A taken item (split off where only part was chosen), and why."""

    item: OrderItem
    reason: Reason
    note: str
    selection: Selected


Rule = Callable[[OrderItem], DomainError | None]
# What else is wrong with a selection: its reason, and the place where it stands ("items/0").
MoreRules = Callable[[Selected, Reason | None, str], Sequence[DomainError]]


def choose(
    order: Order,
    selections: Sequence[Selected],
    *,
    kind: str,
    actor: Actor,
    refusal_of: Rule,
    problems_of: MoreRules | None = None,
) -> list[tuple[SellerOrder, list[Chosen[Selected]]]]:
    """Take what is selected of a locked order: one group per seller, in the order of selection.

    `kind` says which reasons there are, `refusal_of` why an item is not for this act, and
    `problems_of` what else is wrong with a selection. Refused as a whole, with every problem named
    by its place ("items/0/reason"): InvalidInput, ReasonNotAllowed, NoteRequired, UnknownItem,
    QuantityNotLeft, what the two rules give, or Problems when there are several.
    """
    reasons = _reasons(kind, {selection.reason_code for selection in selections}, actor)
    wanted = [selection.item_id for selection in selections]
    found = locked_items(order, wanted, actor=actor)
    reason_of = {reason.code: reason for reason in reasons}

    def more(one: Selected, field: str) -> list[DomainError]:
        problems = why_not(one.reason_code, one.note, reasons, field=field)
        if problems_of is not None:
            problems += problems_of(one, reason_of.get(one.reason_code), field)
        return problems

    refuse(unfit(found, selections, refusal_of=refusal_of, problems_of=more))
    chosen = [
        Chosen(
            part_of(found[selection.item_id], selection.quantity, actor=actor),
            reason_of[selection.reason_code],
            selection.note.strip(),
            selection,
        )
        for selection in selections
    ]
    parts = {item.seller_order_id: item.seller_order for item in found.values()}
    return [
        (parts[part_id], [one for one in chosen if one.item.seller_order_id == part_id])
        for part_id in sorted(parts)
    ]


def _reasons(kind: str, codes: set[str], actor: Actor) -> list[Reason]:
    """Those with these codes; all of them where one is missing, so that a refusal can name them."""
    named = pickable(kind, actor, codes)
    return named if len(named) == len(codes) else pickable(kind, actor)


def pickable(kind: str, actor: Actor, codes: Collection[str] | None = None) -> list[Reason]:
    """`Reason.objects.pickable_by`, by hand; of them those with these codes."""
    picker = ReasonQuerySet.PICKERS.get(actor.role)
    if picker is None:
        return []
    named: str = ""
    values: list[Any] = [kind]
    if codes is not None:
        named, values = "AND reason.code = ANY(%s)", [kind, list(codes)]
    statement = _PICKABLE.format(columns=columns_of(Reason, "reason"), picker=picker, named=named)
    return [row_from(Reason, row) for row in fetched(statement, values)]


_PICKABLE = """
    SELECT {columns} FROM orders_reason reason
    WHERE reason.active AND reason.{picker} AND reason.kind = %s {named} ORDER BY sort_order, id
"""


def refuse(problems: Sequence[DomainError]) -> None:
    """Raise the one problem, or all of them at once; none is fine."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)


def unfit(
    found: Mapping[int, OrderItem],
    selections: Sequence[Selected],
    *,
    refusal_of: Rule,
    problems_of: Callable[[Selected, str], Sequence[DomainError]],
) -> list[DomainError]:
    """Everything that is wrong with what was chosen, by its place: items and quantities, and what
    `problems_of` finds in a selection."""
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
        problems += problems_of(selection, field)
    return problems


def _quantity_not_left(item: OrderItem, quantity: int, field: str) -> QuantityNotLeft:
    return QuantityNotLeft(
        _("%(quantity)s of %(name)s is not possible; there are %(left)s.")
        % {"quantity": quantity, "name": item.line.name, "left": item.quantity},
        field=f"{field}/quantity",
        allowed=[str(number) for number in (1, item.quantity)][: item.quantity],
    )
