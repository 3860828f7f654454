"""Rows of the Packages lists."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from core import formats
from core.formats import Reader
from packages.listing import PackageRow, ToPackRow
from sellers.tracking import tracking_link

OPEN = frozenset({"preparing", "ready_to_ship"})
UNDER_WAY = frozenset({"shipped", "delivery_failed"})
ENDED = frozenset({"cancelled", "delivered"})


class Contents(NamedTuple):
    """What is in a package, or waits to be packed, in as many words as a row has room for."""

    first: str  # "2 × Stoneware mug"
    thumb: str  # the name behind the picture
    more: int  # further products
    units: int
    taken_out: list[str]  # cancelled after packing: "1 × Bowl"
    request: str  # the number of a cancellation that waits for an answer


class Recipient(NamedTuple):
    """Who it goes to: the name on the parcel, and "Lyon, FR"."""

    name: str
    place: str

    @property
    def words(self) -> str:
        return f"{self.name}, {self.place}" if self.place else self.name


class ListedPackage(NamedTuple):
    """One row of a Packages list."""

    row: PackageRow
    contents: Contents
    recipient: Recipient
    is_open: bool
    age: str  # since it was packed: "3 d"; empty once it left, or where an imported past is silent

    @property
    def may_be_selected(self) -> bool:
        """Something can be done with it in bulk."""
        return self.is_open or self.row.status in UNDER_WAY

    @property
    def takes_invoice(self) -> bool:
        return self.row.status not in ENDED

    @property
    def delivery(self) -> str:
        """ "Standard", or the name of a carrier outside of the marketplace's terms."""
        return self.row.option or self.row.other_carrier

    @property
    def tracking_link(self) -> str:
        return tracking_link(self.row.tracking_url, self.row.tracking_number)


class ToPack(NamedTuple):
    """One row of what waits to be packed: a seller's part of an order."""

    row: ToPackRow
    contents: Contents
    recipient: Recipient


def listed_packages(rows: Iterable[PackageRow]) -> list[ListedPackage]:
    now, reader = timezone.now(), formats.reader()
    return [
        ListedPackage(
            row,
            _contents(row.contents, ended=row.status == "cancelled"),
            _to(row),
            is_open=row.status in OPEN,
            age=age_of(row.created_at, now, reader) if row.status in OPEN else "",
        )
        for row in rows
    ]


def parts_to_pack(rows: Iterable[ToPackRow]) -> list[ToPack]:
    return [ToPack(row, _contents(row.contents), _to(row)) for row in rows]


def age_of(since: datetime | None, now: datetime, to: Reader) -> str:
    """How long ago that was, in whole days or hours: "3 d", "20 h"; a fresh one in minutes."""
    if since is None or since > now:
        return ""
    minutes, words = int((now - since).total_seconds() // 60), formats.span_words(to)
    if days := minutes // 1440:
        return words["days"] % {"days": days}
    if hours := minutes // 60:
        return words["full_hours"] % {"hours": hours}
    return words["minutes"] % {"minutes": minutes}


def _contents(told: list[dict[str, Any]], *, ended: bool = False) -> Contents:
    units: dict[str, int] = {}
    taken_out, request = [], ""
    for one in told:
        if one["left"] and not ended:
            taken_out.append(f"{one['units']} × {one['name']}")
            continue
        units[one["name"]] = units.get(one["name"], 0) + one["units"]
        request = request or one["request"] or ""
    first = next(iter(units), "")
    return Contents(
        first=f"{units[first]} × {first}" if first else "",
        thumb=first,
        more=max(len(units) - 1, 0),
        units=sum(units.values()),
        taken_out=taken_out,
        request=request,
    )


def _to(row: PackageRow | ToPackRow) -> Recipient:
    customer = f"{row.first_name} {row.last_name}".strip() or row.email
    place = ", ".join(part for part in (row.city, row.country) if part)
    return Recipient(row.ship_to or customer, place)
