"""What happened to an order, for one reader, newest first.

The words stand in `templates/events/<event type>.html`, who reads which events in
`orders.timeline_rules`; which events make one entry stands here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.actors import Actor, Role, Via
from core.badges import look_of
from core.events.models import Event
from core.states import Recorded
from orders.presenters import OrderDetail
from orders.timeline_rules import FOR_CUSTOMER, LEFT_OUT, LOOKS, SPOKEN_FOR_BY

FALLBACK = "events/fallback.html"
SAME_MOMENT = timedelta(seconds=2)


@dataclass
class TimelineEntry:
    """One thing that happened: one event, or the same event of several items at one moment."""

    type: str
    at: datetime | None  # None: an imported past does not know
    who: str
    tone: str
    icon: str
    imported: bool
    inferred: bool
    data: dict[str, Any]
    number: str = ""  # of the package, request or plan it is about
    total: int | None = None  # of the plan, minor units of `currency`
    currency: str = ""
    for_customer: bool = False
    units: int = 0
    products: dict[str, int] = field(default_factory=dict)  # name: units

    @property
    def templates(self) -> tuple[str, str]:
        return f"events/{self.type}.html", FALLBACK

    @property
    def words(self) -> str:
        """For an event that has no template of its own."""
        words = self.type.replace(".", " ").replace("_", " ")
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class _Subject:
    number: str
    total: int | None = None


def timeline_of(detail: OrderDetail) -> list[TimelineEntry]:
    """The entries for the reader of `detail`: the owner reads all, a seller their own and that
    the order was placed, the customer what became of their things and money."""
    happened = _happened(detail)
    ordered = _unspoken(_in_time(happened.events, detail.order.placed_at))
    writer = _Writer(detail, happened)
    entries: list[TimelineEntry] = []
    open_groups: dict[tuple, tuple[TimelineEntry, Event]] = {}
    for event in ordered:
        group = _group_of(event)
        entry, last = open_groups.get(group, (None, None))
        if entry is None or last is None or not _same_moment(event, last):
            entry = writer.entry(event)
            entries.append(entry)
        writer.add_item(entry, event)
        if event.subject_type == "order_item":
            open_groups[group] = (entry, event)
    return entries[::-1]


@dataclass(frozen=True)
class _Happened:
    """The events that a reader may know, the rows that they are about, and who did them."""

    events: list[Event]
    subjects: dict[tuple[str, int], _Subject]
    people: list[Any]


def _happened(detail: OrderDetail) -> _Happened:
    """All of it in one statement, with what belongs to the order."""
    events, people, *rows = detail.read_with(_asked)
    # What one side writes need not be for the other.
    role = detail.actor.role
    shown = [event for event in events if role not in event.data.get("hidden_from", ())]
    subjects = {
        (kind, pk): _Subject(*facts)
        for kind, found in zip(_numbered_models(), rows, strict=True)
        for pk, *facts in found
    }
    return _Happened(shown, subjects, people)


def _asked(actor: Actor, order: int) -> Iterator[QuerySet]:
    """The events, who did them, and the rows of each kind that they are about.

    Kinds are found by the name they have in the event log, so that nothing here needs to know
    the apps above.
    """
    events = Event.objects.of_order(order)
    if actor.role is Role.CUSTOMER:
        events = events.filter(type__in=FOR_CUSTOMER)
    else:
        events = events.visible_to(actor)
    yield events
    named = events.order_by()
    yield get_user_model().objects.filter(pk__in=named.values("actor_user_id"))
    for kind, (model, columns) in _numbered_models().items():
        ids = named.filter(subject_type=kind).values("subject_id")
        yield model._base_manager.filter(pk__in=ids).values_list("pk", *columns)


def _unspoken(events: list[Event]) -> list[Event]:
    events = [event for event in events if not _is_bookkeeping(event)]
    by_type: dict[str, list[Event]] = {}
    for event in events:
        by_type.setdefault(event.type, []).append(event)

    def is_spoken_for(event: Event) -> bool:
        return any(
            other.seller_id == event.seller_id and _same_moment(other, event)
            for type_ in SPOKEN_FOR_BY.get(event.type, ())
            for other in by_type.get(type_, [])
        )

    return [event for event in events if not is_spoken_for(event)]


def _is_bookkeeping(event: Event) -> bool:
    """Also the steps that an imported request and its plan must have gone through."""
    concluded = event.inferred and event.subject_type in ("case", "refund_plan")
    return concluded or event.type in LEFT_OUT


def _in_time(events: list[Event], placed_at: datetime) -> list[Event]:
    """Oldest first. An unknown moment stands after what its subject did before; of a subject
    none of whose moments are known, after what had happened to the order when it was recorded."""
    known = {_subject(event) for event in events if event.occurred_at}
    last_known: dict[tuple, datetime] = {}
    latest = placed_at
    dated = []
    for event in sorted(events, key=lambda event: event.pk):
        subject = _subject(event)
        at = event.occurred_at or last_known.get(subject, placed_at if subject in known else latest)
        last_known[subject] = at
        latest = max(latest, at)
        dated.append((at, event.occurred_at is None, event.pk, event))
    return [event for *_moment, event in sorted(dated, key=lambda entry: entry[:3])]


def _subject(event: Event) -> tuple[str, int]:
    return event.subject_type, event.subject_id


def _same_moment(one: Event, other: Event) -> bool:
    if one.occurred_at is None or other.occurred_at is None:
        return one.occurred_at is other.occurred_at
    return abs(one.occurred_at - other.occurred_at) <= SAME_MOMENT


def _group_of(event: Event) -> tuple:
    return (event.type, event.actor_role, event.actor_user_id, event.seller_id, event.inferred)


class _Writer:
    """Knows the names behind the numbers that events carry."""

    def __init__(self, detail: OrderDetail, happened: _Happened):
        self.detail = detail
        self.reader = detail.actor
        self.subjects = happened.subjects
        self.items = {item.pk: item for item in detail.items}
        self.people = self._people(happened)

    def entry(self, event: Event) -> TimelineEntry:
        look = look_of(event.type.rpartition(".")[2])
        tone, icon = LOOKS.get(event.type, (look.tone, look.icon))
        subject = self.subjects.get((event.subject_type, event.subject_id), _Subject(""))
        data = event.data
        if event.type == "order.placed" and self.reader.role is Role.SELLER:
            data = {}  # the order's totals are not the seller's to see
        return TimelineEntry(
            type=event.type,
            at=event.occurred_at,
            who=self._who(event),
            tone=tone,
            icon=icon,
            imported=event.imported,
            inferred=event.inferred,
            data=data,
            number=subject.number,
            total=subject.total,
            currency=self.detail.currency,
            for_customer=self.reader.role is Role.CUSTOMER,
        )

    def add_item(self, entry: TimelineEntry, event: Event) -> None:
        """Count an item's units into the entry. The event says how many it were at that time."""
        item = self.items.get(event.subject_id) if event.subject_type == "order_item" else None
        if item is None:
            entry.units = entry.units or event.data.get("units", 0)
            return
        units = event.data.get("quantity", item.quantity)
        entry.units += units
        name = item.line.name
        entry.products[name] = entry.products.get(name, 0) + units

    def _people(self, happened: _Happened) -> dict[int, str]:
        """Names of the colleagues that this reader may know; a customer reads no names."""
        ids = {event.actor_user_id for event in happened.events if self._is_colleague(event)}
        return {
            person.pk: person.get_full_name() or person.email
            for person in happened.people
            if person.pk in ids
        }

    def _is_colleague(self, event: Event) -> bool:
        match self.reader.role:
            case Role.OWNER:
                return event.actor_role in (Role.OWNER, Role.SELLER)
            case Role.SELLER:
                return event.actor_seller_id == self.reader.seller_id
        return False

    def _who(self, event: Event) -> str:
        if event.via == Via.IMPORT:
            return _("Imported")
        person = self.people.get(event.actor_user_id, "") if event.actor_user_id else ""
        match event.actor_role:
            case Role.CUSTOMER:
                return _("You") if self.reader.role is Role.CUSTOMER else _("Customer")
            case Role.SELLER:
                seller = self.detail.seller_names.get(event.actor_seller_id, _("Seller"))
                return f"{person}, {seller}" if person else seller
            case Role.OWNER:
                return person or _("Marketplace")
            case Role.CARRIER:
                return _("Carrier")
        return _("System")


@cache
def _numbered_models() -> dict[str, tuple[Any, tuple[str, ...]]]:
    kinds = {}
    for model in apps.get_models():
        if issubclass(model, Recorded) and model.EVENT not in ("order", "order_item"):
            name = "number" if _has(model, "number") else "code"  # a parcel of a return has a code
            if _has(model, name):
                total = ("total",) if _has(model, "total") else ()
                kinds[model.EVENT] = (model, (name, *total))
    return kinds


def _has(model: Any, name: str) -> bool:
    try:
        return model._meta.get_field(name) is not None
    except FieldDoesNotExist:
        return False
