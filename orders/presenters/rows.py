"""Rows of the Orders lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import Case, OrderItem
from orders.querysets import HOLD_BACK_DAYS

UNSHIPPED = frozenset(str(status) for status in OrderItem.UNSHIPPED)
CANCEL, RETURN = Case.Kind.CANCEL, Case.Kind.RETURN
CUSTOMER, SELLER, OWNER = Case.Origin.CUSTOMER, Case.Origin.SELLER, Case.Origin.OWNER
ASKED = {
    (CANCEL, CUSTOMER): _("The customer asks to cancel"),
    (CANCEL, SELLER): _("The seller asks to cancel"),
    (CANCEL, OWNER): _("The marketplace asks to cancel"),
    (RETURN, CUSTOMER): _("The customer asks to return"),
    (RETURN, SELLER): _("The seller asks for a return"),
    (RETURN, OWNER): _("The marketplace asks for a return"),
}
AGREED = {
    (CANCEL, CUSTOMER): _("Cancelled by the customer"),
    (CANCEL, SELLER): _("Cancelled by the seller"),
    (CANCEL, OWNER): _("Cancelled by the marketplace"),
    (CANCEL, Case.Origin.SYSTEM): _("Cancelled automatically"),
    (RETURN, CUSTOMER): _("Returned by the customer"),
    (RETURN, SELLER): _("Returned for the seller"),
    (RETURN, OWNER): _("Returned for the marketplace"),
}


DISPUTED = ("open", "deciding", "appealed")
# Badges of `core.badges`.
GOODS = {
    "awaited": "awaited",
    "sent": "goods_on_the_way",
    "partly_received": "partly_received",
    "received": "received",
    "never_came": "never_came",
}


class Shown:
    """Something that rows of lists show. Templates look for an item of that name before they look
    for an attribute; where there are no items, each look costs them an exception."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


@dataclass(frozen=True)
class Notice(Shown):
    """What a list says about an order's requests: a badge code of `core.badges`, when due, and
    `reason`: why it was asked or decided, in one sentence; empty where nobody said."""

    code: str
    number: str
    due_at: datetime | None = None
    opened_at: datetime | None = None
    reason: str = ""


class ListRow(NamedTuple):
    """One row of an Orders list. `total` is minor units: of the order, or of a seller's part.
    `ship_by`: until when what is still there has to be sent; None where all of it has left.
    `reason`: why something of it ended, for hover and focus of its status; empty where nothing did.
    """

    number: str
    status: str
    placed_at: datetime
    customer: str
    country: str
    seller: str
    more_sellers: int
    total: int
    currency: str
    notice: Notice | None
    reason: str
    channel: str
    pieces: int
    ship_by: datetime | None
    updated_at: datetime


def list_row(row: Any) -> ListRow:
    """What a page shows of a row of `with_list_details()`."""
    parts = row.parts
    sent_by = [part["ship_by"] for part in parts if part["status"] in UNSHIPPED and part["ship_by"]]
    return ListRow(
        number=row.number,
        status=row.status,
        placed_at=row.placed_at,
        customer=f"{row.first_name} {row.last_name}".strip() or row.email,
        country=row.country or "",
        seller=parts[0]["name"] if parts else "",
        more_sellers=max(len(parts) - 1, 0),
        total=row.total,
        currency=row.currency,
        notice=notice_of(row.requests) if row.requests else None,
        reason=why_ended(row.requests) if row.requests else "",
        channel=row.channel,
        pieces=sum(part["units"] for part in parts),
        ship_by=_moment(min(sent_by)) if sent_by else None,
        updated_at=row.updated_at,
    )


def request_code(kind: str) -> str:
    """The badge of a waiting request."""
    return "cancel_requested" if kind == Case.Kind.CANCEL else "return_requested"


def notice_of(requests: Sequence[dict], now: datetime | None = None) -> Notice | None:
    """The one thing to know of an order's requests: first what waits, then what to hold back."""
    waiting = [request for request in requests if request["status"] == Case.Status.WAITING]
    if waiting:
        first = min(waiting, key=lambda request: request["due_at"] or "9999")
        code = request_code(first["kind"])
        due_at, opened_at = _moment(first["due_at"]), _moment(first["opened_at"])
        return Notice(code, first["number"], due_at, opened_at, why(first))
    now = now or timezone.now()
    for request in requests:
        if code := _decided_code(request, now):
            return Notice(code, request["number"], reason=why(request))
    return None


def why_ended(requests: Sequence[dict]) -> str:
    """Why something of it was cancelled or returned: the latest request that was agreed to."""
    agreed = (Case.Status.APPROVED, Case.Status.COMPLETED)
    return next((why(request) for request in requests if request["status"] in agreed), "")


def why(request: dict) -> str:
    """Who asked for it and for what reason: "Cancelled by the customer: Ordered by mistake"."""
    reason = request.get("reason")
    if not reason:
        return ""
    waits = request["status"] == Case.Status.WAITING
    words = (ASKED if waits else AGREED).get((request["kind"], request["origin"]))
    return f"{words}: {reason}" if words else str(reason)


def _return_code(request: dict) -> str:
    """Of a return that is answered: what is argued about, then where the goods are, then the end.

    Disputes and goods are the returns' own; the list asks for their states by name.
    """
    if request["dispute"] in DISPUTED:
        return "disputed"
    if request["status"] == Case.Status.APPROVED:
        return GOODS.get(request["goods"], "approved")
    return "refunded" if request["status"] == Case.Status.COMPLETED else ""


def _decided_code(request: dict, now: datetime) -> str:
    if request["imported"]:
        return ""  # an imported past asks nothing of anybody
    if request["kind"] == Case.Kind.RETURN:
        return _return_code(request)
    if request["status"] not in (Case.Status.APPROVED, Case.Status.COMPLETED):
        return ""
    decided = _moment(request["decided_at"])
    lately = decided is not None and decided >= now - timedelta(days=HOLD_BACK_DAYS)
    return "do_not_hand_over" if lately and request["origin"] != Case.Origin.SELLER else "refunded"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
