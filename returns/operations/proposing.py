"""What an inspection proposes to keep of the money, by rule: somebody confirms it, or says else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orders.operations.replacing import paid_units_of
from refunds.models import RefundLine
from returns.goods_policies import Received, kept_because
from returns.models import ReturnItem, ReturnParcel
from returns.operations.goods import entries_of, expected_entries, plans_on_receipt
from returns.operations.inspecting import Found
from returns.operations.receiving import missing_units, units_left

Component = RefundLine.Component


@dataclass
class _Money:
    """What waits for one item that was paid for, minor units. `share` is what its units are worth
    after restocking, `left` all that can still be kept."""

    units: int = 0
    share: int = 0
    left: int = 0

    def take(self, units: int) -> int:
        """What so many of its units are worth, as far as it is left."""
        amount = min(self.share * units // self.units, self.left) if self.units else 0
        self.left -= amount
        return amount


def proposed_deductions(
    parcel: ReturnParcel, units: Sequence[Received] = (), *, last: bool = False
) -> list[Found]:
    """What to keep for what came out of the parcel so far and `units` that are being said to have
    come, item by item with the reason that the customer reads; `goods_policies.kept_because` is
    the rule. Nothing before all of it is accounted for, or where no money waits. Writes nothing.
    """
    entries = entries_of(parcel.case)
    left = units_left(parcel, entries)
    expected = expected_entries(parcel.case)
    told = [*units, *missing_units(expected, left, units)] if last else list(units)
    if not _complete(expected, left, told):
        return []
    reasons: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry, one in _looked_at(parcel, entries, told):
        if why := kept_because(one.condition, one.disposition, entry.reason.fault):
            reasons[entry.pk][why] += one.quantity
    money = _money_waiting(parcel, [entries[pk] for pk in reasons])
    found = []
    for pk, counted in sorted(reasons.items()):
        amount = money[pk].take(sum(counted.values()))
        if amount:
            why = " ".join(words % {"n": n} for words, n in counted.items())
            found.append(Found(pk, amount, why))
    return found


def _complete(
    expected: Iterable[ReturnItem], left: dict[int, int], told: Sequence[Received]
) -> bool:
    now: dict[int | None, int] = defaultdict(int)
    for one in told:
        now[one.entry_id] += one.quantity
    return all(now[entry.pk] >= left[entry.pk] for entry in expected)


def _looked_at(
    parcel: ReturnParcel, entries: dict[int, ReturnItem], told: Iterable[Received]
) -> Iterator[tuple[ReturnItem, Received]]:
    rows = parcel.received.exclude(entry=None).order_by("pk")
    before = [Received(row.entry_id, row.condition, row.quantity, row.disposition) for row in rows]
    for one in (*before, *told):
        if one.entry_id in entries:
            yield entries[one.entry_id], one


def _money_waiting(parcel: ReturnParcel, entries: Sequence[ReturnItem]) -> dict[int, _Money]:
    """{entry's pk: the money of what was paid for behind it}, one for entries that share it."""
    paid_for = paid_units_of([entry.item for entry in entries])
    lines = RefundLine.objects.standing().filter(plan__in=plans_on_receipt(parcel.case))
    of_item: dict[int, _Money] = defaultdict(_Money)
    for line in lines:
        money = of_item[line.item_id]
        if line.component == Component.PRODUCT:
            money.units += line.quantity
        if line.component in (Component.PRODUCT, Component.RESTOCKING):
            money.share += line.amount
        if line.component != Component.SHIPPING:
            money.left += line.amount
    return {entry.pk: of_item[paid_for[entry.item_id].item.pk] for entry in entries}
