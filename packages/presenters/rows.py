"""Rows of the Packages lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from orders.presenters.rows import Shown
from packages.listing import PackageRow, ToPackRow
from packages.models import Package
from sellers.tracking import tracking_link

OPEN = (Package.Status.PREPARING, Package.Status.READY_TO_SHIP)


@dataclass(frozen=True)
class Contents(Shown):
    """What is in a package, or waits to be packed, in as many words as a row has room for."""

    first: str  # "2 × Stoneware mug"
    thumb: str  # the name behind the picture
    more: int  # further products
    units: int
    taken_out: list[str]  # cancelled after packing: "1 × Bowl"
    request: str = ""  # the number of a cancellation that waits for an answer
    request_due_at: datetime | None = None
    request_opened_at: datetime | None = None


@dataclass(frozen=True)
class Recipient(Shown):
    """Who it goes to: the name on the parcel, and "Lyon, FR"."""

    name: str
    place: str


@dataclass(frozen=True)
class ListedPackage(Shown):
    """One row of a Packages list."""

    row: PackageRow
    contents: Contents
    recipient: Recipient

    @property
    def facts(self) -> dict[str, Any]:
        """The row for templates, as a dict for the same reason."""
        return self.row._asdict()

    @property
    def is_open(self) -> bool:
        return self.row.status in OPEN

    @property
    def may_be_selected(self) -> bool:
        """Something can be done with it in bulk."""
        return self.is_open or self.row.status in (
            Package.Status.SHIPPED,
            Package.Status.DELIVERY_FAILED,
        )

    @property
    def delivery(self) -> str:
        """ "Standard", or the name of a carrier outside of the marketplace's terms."""
        return self.row.option or self.row.other_carrier

    @property
    def tracking_link(self) -> str:
        return tracking_link(self.row.tracking_url, self.row.tracking_number)

    @property
    def age(self) -> str:
        """ "packed 3 d ago"; empty where an imported past does not know."""
        span = age_of(self.row.created_at)
        return _("packed %(span)s ago") % {"span": span} if span else ""


@dataclass(frozen=True)
class ToPack(Shown):
    """One row of what waits to be packed: a seller's part of an order."""

    row: ToPackRow
    contents: Contents
    recipient: Recipient


def listed_packages(rows: Iterable[PackageRow]) -> list[ListedPackage]:
    return [
        ListedPackage(row, _contents(row.contents, ended=row.status == "cancelled"), _to(row))
        for row in rows
    ]


def parts_to_pack(rows: Iterable[ToPackRow]) -> list[ToPack]:
    return [ToPack(row, _contents(row.contents), _to(row)) for row in rows]


def age_of(since: datetime | None, now: datetime | None = None) -> str:
    """How long ago that was, in whole days or hours: "3 d", "20 h"; a fresh one in minutes."""
    now = now or timezone.now()
    if since is None or since > now:
        return ""
    minutes, words = int((now - since).total_seconds() // 60), formats.span_words()
    if days := minutes // 1440:
        return words["days"] % {"days": days}
    if hours := minutes // 60:
        return words["full_hours"] % {"hours": hours}
    return words["minutes"] % {"minutes": minutes}


def _contents(told: list[dict[str, Any]], *, ended: bool = False) -> Contents:
    inside = [one for one in told if ended or not one["left"]]
    waiting = [one for one in inside if one.get("request")]
    units: dict[str, int] = {}
    for one in inside:
        units[one["name"]] = units.get(one["name"], 0) + one["units"]
    first = next(iter(units), "")
    asked = waiting[0] if waiting else {}
    return Contents(
        first=f"{units[first]} × {first}" if first else "",
        thumb=first,
        more=max(len(units) - 1, 0),
        units=sum(units.values()),
        taken_out=[f"{one['units']} × {one['name']}" for one in told if one["left"] and not ended],
        request=asked.get("request") or "",
        request_due_at=_moment(asked.get("due_at")),
        request_opened_at=_moment(asked.get("opened_at")),
    )


def _to(row: PackageRow | ToPackRow) -> Recipient:
    customer = f"{row.first_name} {row.last_name}".strip() or row.email
    place = ", ".join(part for part in (row.city, row.country) if part)
    return Recipient(row.ship_to or customer, place)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
