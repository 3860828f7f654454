"""What a bulk action would come to, entry by entry, before anybody says yes. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from core.actors import Actor
from core.errors import DomainError
from orders.models import Order, OrderItem, OrderStatus
from packages import policies
from packages.bulk import (
    Action,
    Entry,
    NothingToPack,
    UnknownDeliveryOption,
    UnknownOrder,
    entries_of,
)
from packages.models import Package, PackageItem
from packages.operations import UnknownPackage
from packages.policies import Dispatch, Offered, Refusal
from sellers.models import DeliveryOption
from sellers.presenting import offered_options

Status = Package.Status
CHOOSING = (Action.PACK, Action.SHIP, Action.CHANGE_DELIVERY)  # a way of delivery may be chosen


@dataclass
class Foreseen:
    """What would become of one entry. `package` is None for an order, and where there is none."""

    entry: Entry
    package: Package | None = None
    items: list[OrderItem] = field(default_factory=list)
    refusal: DomainError | None = None

    @property
    def units(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def asked_to_cancel(self) -> bool:
        """Refused only because the customer asked to cancel: a second confirmation helps."""
        return isinstance(self.refusal, policies.CustomerAskedToCancel)


def foresee(action: str, numbers: Iterable[str], *, actor: Actor, **params: Any) -> list[Foreseen]:
    """By the very rules of the acts, for `params` as in `entries_of`: in a handful of queries,
    however many they are (one more per seller where a way of delivery is newly chosen)."""
    return foresee_entries(action, entries_of(numbers, **params), actor=actor)


def foresee_entries(action: str, entries: Sequence[Entry], *, actor: Actor) -> list[Foreseen]:
    look = _orders if Action(action) is Action.PACK else _packages
    seen = look(entries, actor)
    offered = cache(offered_options)
    options = _options(entries, actor) if action in CHOOSING else {}
    for one in seen:
        code = one.entry.delivery_option if action in CHOOSING else ""
        if one.entry.refused:
            one.refusal = DomainError(one.entry.refused)
        elif one.refusal is None and code and code not in options:
            one.refusal = UnknownDeliveryOption(field="delivery_option")
        elif one.refusal is None:
            one.refusal = _refusal(Action(action), one, options.get(code), actor, offered)
    return seen


def _orders(entries: Sequence[Entry], actor: Actor) -> list[Foreseen]:
    numbers = [entry.number for entry in entries]
    orders = Order.objects.visible_to(actor).filter(number__in=numbers)
    pk_of = dict(orders.values_list("number", "pk"))
    waiting: dict[int, list[OrderItem]] = defaultdict(list)
    items = OrderItem.objects.visible_to(actor).filter(
        order__in=pk_of.values(), status=OrderStatus.WAITING_PACKAGING
    )
    for item in items.select_related("line").order_by("pk"):
        waiting[item.order_id].append(item)
    seen = []
    for entry in entries:
        own = waiting.get(pk_of.get(entry.number, 0), [])
        refusal: DomainError | None = None
        if entry.number not in pk_of:
            refusal = UnknownOrder()
        elif not own:
            refusal = NothingToPack()
        seen.append(Foreseen(entry, items=own, refusal=refusal))
    return seen


def _packages(entries: Sequence[Entry], actor: Actor) -> list[Foreseen]:
    numbers = [entry.number for entry in entries]
    found = {
        package.number: package
        for package in Package.objects.visible_to(actor)
        .filter(number__in=numbers)
        .select_related("delivery_option__company", "order__customer", "seller")
    }
    inside: dict[int, list[OrderItem]] = defaultdict(list)
    contents = PackageItem.objects.inside().filter(
        package__in=[package.pk for package in found.values()]
    )
    for packing in contents.select_related("item__line").order_by("pk"):
        if packing.item.is_live:
            inside[packing.package_id].append(packing.item)
    return [
        Foreseen(entry, package=package, items=inside[package.pk])
        if (package := found.get(entry.number))
        else Foreseen(entry, refusal=UnknownPackage())
        for entry in entries
    ]


def _options(entries: Sequence[Entry], actor: Actor) -> dict[str, DeliveryOption]:
    codes = {entry.delivery_option for entry in entries if entry.delivery_option}
    if not codes:
        return {}
    options = DeliveryOption.objects.visible_to(actor).filter(code__in=codes)
    return {option.code: option for option in options.select_related("company")}


def _refusal(
    action: Action, one: Foreseen, option: DeliveryOption | None, actor: Actor, offered: Offered
) -> Refusal:
    entry, package = one.entry, one.package
    if package is None:
        return _refused_packing(one.items, option, actor, offered)
    if refusal := policies.may_send(actor, package.seller_id):
        return refusal
    match action:
        case Action.READY:
            return policies.may_become(package, Status.READY_TO_SHIP)
        case Action.SHIP:
            dispatch = Dispatch(entry.tracking_number, option, entry.other_carrier, entry.anyway)
            return policies.may_dispatch(package, one.items, dispatch, offered)
        case Action.DELIVER:
            return policies.may_deliver(package, one.items)
        case Action.CHANGE_DELIVERY:
            return policies.may_change_delivery(package) or policies.may_choose(
                package, option, entry.other_carrier, offered
            )
    raise ValueError(f"{action} is not done to packages.")


def _refused_packing(
    items: Sequence[OrderItem], option: DeliveryOption | None, actor: Actor, offered: Offered
) -> Refusal:
    for seller_id in sorted({item.seller_id for item in items}):
        refusal = policies.may_send(actor, seller_id) or policies.may_choose(
            Package(seller_id=seller_id), option, "", offered
        )
        if refusal:
            return refusal
    return None
