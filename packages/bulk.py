"""Many packages at once: each in its own transaction, one that fails stops no other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor
from core.errors import DomainError, InvalidInput
from core.jobs import Chunk, Row, attempt_each, job_kind
from core.jobs.models import Job
from core.jobs.operations import start_job
from orders.models import Order, OrderItem, OrderStatus
from packages import operations
from packages.models import Package
from packages.operations import UnknownPackage
from packages.policies import NotPackable
from sellers.models import DeliveryOption

AT_ONCE = 20  # so many are done while the page waits; more are left to a worker
MOST = 10_000  # in one go: as many as a list is acted on as a whole


class Action(StrEnum):
    """What is done to each; PACK names orders, the others name packages."""

    PACK = "pack"
    READY = "ready"
    SHIP = "ship"
    DELIVER = "deliver"
    CHANGE_DELIVERY = "change_delivery"

    @property
    def label(self) -> str | Promise:
        """What pages call a job that does it."""
        return LABELS[self]

    @property
    def job_kind(self) -> str:
        return f"packages.{self}"


LABELS: dict[Action, str | Promise] = {
    Action.PACK: gettext_lazy("Packaging of orders"),
    Action.READY: gettext_lazy("Making packages ready to ship"),
    Action.SHIP: gettext_lazy("Shipping of packages"),
    Action.DELIVER: gettext_lazy("Delivery of packages"),
    Action.CHANGE_DELIVERY: gettext_lazy("Change of delivery setting"),
}


class UnknownOrder(DomainError):
    code = "unknown_order"
    status = 404
    message = gettext_lazy("There is no such order.")


class NothingToPack(NotPackable):
    message = gettext_lazy("Nothing of it waits for packaging.")


class UnknownDeliveryOption(InvalidInput):
    code = "unknown_delivery_option"
    message = gettext_lazy("There is no such way of delivery.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One of many: what is done to the order or package with this number.

    delivery_option is a code. label: what its row is called, else the number. refused: known
    beforehand not to be possible, and why; such a row is only reported.
    """

    number: str
    tracking_number: str = ""
    delivery_option: str = ""
    other_carrier: str = ""
    anyway: bool = False
    label: str = ""
    refused: str = ""

    def __str__(self) -> str:
        return self.label or self.number


def entries_of(
    numbers: Iterable[str],
    *,
    tracking: Mapping[str, str] | None = None,
    delivery_option: str = "",
    other_carrier: str = "",
    anyway: bool = False,
) -> list[Entry]:
    """One per number, each number once, in their order; `tracking` is {number: tracking number}."""
    return [
        Entry(number, (tracking or {}).get(number, ""), delivery_option, other_carrier, anyway)
        for number in dict.fromkeys(number.strip() for number in numbers)
        if number
    ]


def start_bulk(action: str, numbers: Iterable[str], *, actor: Actor, **params: Any) -> Job:
    """Leave it to a worker: `params` as in `entries_of`. Raises InvalidInput for none or too many.

    What is wrong with one of them is told in its row of the job, and changes nothing.
    """
    return start_entries(action, entries_of(numbers, **params), actor=actor)


def start_entries(action: str, entries: Sequence[Entry], *, actor: Actor) -> Job:
    _check_count(entries)
    kind = Action(action).job_kind
    return start_job(kind, actor=actor, params={"entries": [_told(entry) for entry in entries]})


def act_now(action: str, numbers: Iterable[str], *, actor: Actor, **params: Any) -> list[Row]:
    """Do it while somebody waits; what became of each. Raises InvalidInput for none or too many."""
    entries = entries_of(numbers, **params)
    _check_count(entries)
    return attempt_each(entries, partial(act_on, Action(action), actor=actor))


def act_on(action: Action, entry: Entry, *, actor: Actor) -> None:
    """Do it to one, in one transaction; raises what the operation raises."""
    if entry.refused:
        raise DomainError(entry.refused)
    ACTS[action](entry, actor)


def _check_count(entries: Sequence[Entry]) -> None:
    if not entries:
        raise InvalidInput(_("Choose at least one."), field="numbers")
    if len(entries) > MOST:
        raise InvalidInput(_("At most %(n)s at once.") % {"n": MOST}, field="numbers")


def _told(entry: Entry) -> dict[str, Any]:
    """As a job's parameters keep it: what was said, and nothing that was not."""
    return {name: value for name, value in asdict(entry).items() if value}


# -- One of each ----------------------------------------------------------------------------


def _pack(entry: Entry, actor: Actor) -> None:
    """Everything of the order that waits for packaging: one package per seller."""
    order = Order.objects.visible_to(actor).filter(number=entry.number).first()
    if order is None:
        raise UnknownOrder
    waiting: dict[int, list[OrderItem]] = {}
    items = OrderItem.objects.visible_to(actor).filter(
        order=order, status=OrderStatus.WAITING_PACKAGING
    )
    for item in items.order_by("pk"):
        waiting.setdefault(item.seller_order_id, []).append(item)
    if not waiting:
        raise NothingToPack
    option = _option(entry, actor)
    for own in waiting.values():
        operations.start_packaging(order=order, items=own, actor=actor, delivery_option=option)


def _make_ready(entry: Entry, actor: Actor) -> None:
    operations.mark_ready(package=_package(entry, actor), actor=actor)


def _ship(entry: Entry, actor: Actor) -> None:
    operations.ship_package(
        package=_package(entry, actor),
        actor=actor,
        tracking_number=entry.tracking_number,
        delivery_option=_option(entry, actor),
        other_carrier=entry.other_carrier,
        anyway=entry.anyway,
    )


def _deliver(entry: Entry, actor: Actor) -> None:
    operations.deliver_package(package=_package(entry, actor), actor=actor)


def _change_delivery(entry: Entry, actor: Actor) -> None:
    operations.change_delivery(
        package=_package(entry, actor),
        actor=actor,
        delivery_option=_option(entry, actor),
        other_carrier=entry.other_carrier,
    )


def _package(entry: Entry, actor: Actor) -> Package:
    package = Package.objects.visible_to(actor).filter(number=entry.number).first()
    if package is None:
        raise UnknownPackage
    return package


def _option(entry: Entry, actor: Actor) -> DeliveryOption | None:
    if not entry.delivery_option:
        return None
    options = DeliveryOption.objects.visible_to(actor).select_related("company")
    option = options.filter(code=entry.delivery_option).first()
    if option is None:
        raise UnknownDeliveryOption(field="delivery_option")
    return option


ACTS: dict[Action, Callable[[Entry, Actor], None]] = {
    Action.PACK: _pack,
    Action.READY: _make_ready,
    Action.SHIP: _ship,
    Action.DELIVER: _deliver,
    Action.CHANGE_DELIVERY: _change_delivery,
}


# -- As a job -------------------------------------------------------------------------------


class Bulk:
    """One entry per step: each has its own transaction, and no two orders are locked at once."""

    action: Action

    def plan(self, job: Any) -> int:
        return len(job.params["entries"])

    def chunk(self, job: Any, cursor: Any) -> Chunk:
        position = cursor or 0
        entries = job.params["entries"]
        these = [Entry(**told) for told in entries[position : position + 1]]
        rows = attempt_each(these, partial(act_on, self.action, actor=job.actor))
        return Chunk(rows, position + 1 if position + 1 < len(entries) else None)


for _action in Action:
    _named = type(f"Bulk{_action.name.title()}", (Bulk,), {"action": _action})
    job_kind(_action.job_kind, label=_action.label)(_named)
