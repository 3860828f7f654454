"""Goods that came back: counted and looked at unit by unit, and what follows from it.

What came and what is paid stay apart: what was found is written down for good; money that waited
for the goods is then paid, less what a deduction with its reason keeps.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.bulk import insert
from core.deadlines.operations import disarm
from core.errors import InvalidInput
from orders.models import Order
from orders.operations.selecting import refuse
from returns import goods_policies as policies
from returns.goods_policies import CAME_BACK, Condition, Disposition, Received
from returns.models import ReceivedUnits, ReturnItem, ReturnParcel
from returns.operations.attaching import attach
from returns.operations.goods import (
    SEND_STEP,
    counted_in,
    entries_of,
    expected_entries,
    lock_parcel,
)
from returns.operations.inspecting import Found, conclude_or_wait, take_back

Status = ReturnParcel.Status
HAPPENED = {Disposition.RESTOCK: "item.restocked", Disposition.DISPOSE: "item.disposed"}


@transaction.atomic
def receive(
    parcel: ReturnParcel,
    *,
    units: Sequence[Received],
    actor: Actor,
    last: bool = False,
    deductions: Sequence[Found] | None = None,
) -> ReturnParcel:
    """Say what came out of the parcel; it may come in several times.

    An item all of whose units are accounted for is `returned`, if any of it came, and replaced
    where an exchange was wished. `last`: nothing more will come, what is left is missing. With
    the last item, money that waited is payable: at once where all is as sold, or where
    `deductions` say what is kept (an empty list: nothing). Otherwise it waits for `deduct`, until
    the seller's days are over. Raises NotAllowed, and InvalidInput, MoreThanExpected or Problems
    by the place of what is wrong ("units/0/quantity").
    """
    parcel, order = lock_parcel(parcel)
    refusal = policies.may_receive(parcel, actor)
    if refusal is None and deductions:
        refusal = policies.may_deduct(actor)
    if refusal:
        raise refusal
    entries = entries_of(parcel.case)
    left = units_left(parcel, entries)
    refuse(policies.unfit_units(units, entries, left))
    if not units and not last:
        raise InvalidInput(_("Say what came."), field="units", code="nothing_chosen")
    expected = expected_entries(parcel.case)
    told = [*units, *missing_units(expected, left, units)] if last else list(units)
    _write_down(parcel, entries, told, actor)
    _move_on(parcel, order, expected, actor)
    conclude_or_wait(parcel, deductions, actor)
    return parcel


def units_left(parcel: ReturnParcel, entries: Mapping[int, ReturnItem]) -> dict[int, int]:
    """How many units of each entry nobody has accounted for yet."""
    counted = counted_in(parcel)
    return {pk: entry.item.quantity - sum(counted[pk].values()) for pk, entry in entries.items()}


def missing_units(
    expected: Sequence[ReturnItem], left: Mapping[int, int], units: Sequence[Received]
) -> list[Received]:
    """What is still left once these units are counted: it did not come."""
    now: dict[int | None, int] = defaultdict(int)
    for one in units:
        now[one.entry_id] += one.quantity
    return [
        Received(entry.pk, Condition.MISSING, left[entry.pk] - now[entry.pk])
        for entry in expected
        if left[entry.pk] > now[entry.pk]
    ]


def _write_down(
    parcel: ReturnParcel,
    entries: Mapping[int, ReturnItem],
    units: Sequence[Received],
    actor: Actor,
) -> None:
    insert(
        ReceivedUnits(
            parcel=parcel,
            entry_id=one.entry_id,
            condition=one.condition,
            quantity=one.quantity,
            disposition=one.disposition,
            note=one.note.strip(),
            received_by_id=actor.user_id,
        )
        for one in units
    )
    for position, one in enumerate(units):
        attach(
            one.files,
            case=parcel.case,
            actor=actor,
            entry=None if one.entry_id is None else entries[one.entry_id],
            field=f"units/{position}/files",
        )
    for one in units:
        event = HAPPENED.get(Disposition(one.disposition))
        if event and one.entry_id is not None:
            item = entries[one.entry_id].item
            item.note(
                event,
                actor=actor,
                quantity=one.quantity,
                sku=item.line.sku,
                condition=one.condition,
                parcel=parcel.code,
            )
    parcel.note(
        "return_parcel.opened",
        actor=actor,
        units=[
            {
                "item": entries[one.entry_id].item.number if one.entry_id is not None else "",
                "condition": one.condition,
                "quantity": one.quantity,
                "disposition": one.disposition,
            }
            for one in units
        ],
    )


def _move_on(
    parcel: ReturnParcel, order: Order, expected: Sequence[ReturnItem], actor: Actor
) -> None:
    """What is accounted for waits no longer, and the parcel stands where its items do."""
    counted = counted_in(parcel)
    done = [entry for entry in expected if sum(counted[entry.pk].values()) >= entry.item.quantity]
    came = {
        entry.pk: sum(counted[entry.pk][condition] for condition in CAME_BACK) for entry in done
    }
    take_back(parcel, order, done, came, actor)
    disarm(SEND_STEP, subject=parcel, outcome="received")
    if parcel.status == Status.RECEIVED:
        return
    if len(done) < len(expected):
        if parcel.status != Status.PARTLY_RECEIVED:
            parcel.transition_to(Status.PARTLY_RECEIVED, actor=actor)
        return
    parcel.transition_to(Status.RECEIVED, actor=actor, changes={"received_at": timezone.now()})
