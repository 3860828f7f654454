"""The arithmetic of a return in rows: of an estimate and of a plan alike. Minor units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from refunds.models import RefundLine
from refunds.planning import PlannedLine

Component = RefundLine.Component
Line = PlannedLine | RefundLine


@dataclass(frozen=True)
class SumRow:
    """A row of a sum; what is taken away is below zero, and `note` says why. An item ends with its
    `last` row."""

    words: str
    amount: int
    note: str = ""
    last: bool = False

    @property
    def kind(self) -> str:
        """As `{% sum_line %}` calls it."""
        return "gap" if self.last else ""


def sum_rows(lines: Iterable[Line], names: Mapping[int, str]) -> list[SumRow]:
    """The rows of these lines, item by item. names: {item id: product}."""
    by_item: dict[int, list[Line]] = {}
    for line in lines:
        by_item.setdefault(line.item_id, []).append(line)
    rows: list[SumRow] = []
    for item_id, own in by_item.items():
        of_item = _rows_of(own, names.get(item_id, ""))
        last = of_item[-1]
        rows += [*of_item[:-1], SumRow(last.words, last.amount, last.note, last=True)]
    return rows


def _rows_of(lines: Sequence[Line], name: str) -> list[SumRow]:
    rows = []
    for line in sorted(lines, key=lambda line: _ORDER[Component(line.component)]):
        match line.component:
            case Component.PRODUCT:
                words = _("%(n)s × %(name)s") % {"n": line.quantity, "name": name}
                rows.append(SumRow(words, line.gross))
                rows += _less(line)
            case Component.SHIPPING:
                rows.append(SumRow(_("Shipping share"), line.gross))
                rows += _less(line)
            case _:
                rows.append(SumRow(str(Component(line.component).label), line.amount, line.reason))
    return rows


_ORDER = {component: place for place, component in enumerate(Component)}


def _less(line: Line) -> list[SumRow]:
    """What makes the amount smaller than the price."""
    parts = [
        (_("Discount share"), line.discount),
        (_("Never paid"), line.uncaptured),
        (_("Paid back before"), line.refunded_before),
    ]
    return [SumRow(words, -amount) for words, amount in parts if amount]
