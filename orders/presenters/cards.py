"""A customer's orders as cards: where each one stands, in plain words, and what to do next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.together import read_together
from orders.models import Case, Order, OrderItem, OrderStatus, SellerOrder
from orders.policies import may_be_asked_back, may_cancel

SHOWN_PRODUCTS = 6


@dataclass(frozen=True)
class Standing:
    """Where an order stands: a line to read first, one to explain, and their look."""

    words: str
    text: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Product:
    name: str
    seller: str


@dataclass(frozen=True)
class OrderCard:
    order: Order
    items: Sequence[OrderItem]  # each with its line and its seller
    standing: Standing
    products: list[Product]
    more_products: int
    can_cancel: bool
    can_ask: bool  # to cancel or to return something; the page says until when
    request: Case | None  # the newest one that has not ended


def cards_of(orders: Collection[Order]) -> list[OrderCard]:
    """The cards of a customer's own orders, in one statement."""
    of_them = {"order__in": [order.pk for order in orders]}
    items, cases = read_together(
        OrderItem.objects.filter(**of_them)
        .select_related("line", "seller", "seller_order")
        .order_by("pk"),
        Case.objects.filter(**of_them).order_by("-pk"),
    )
    items_of, cases_of = _by_order(items), _by_order(cases)
    return [_card(order, items_of[order.pk], cases_of[order.pk]) for order in orders]


def _by_order(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _card(order: Order, items: list[OrderItem], cases: list[Case]) -> OrderCard:
    parts = list({item.seller_order_id: item.seller_order for item in items}.values())
    products = list(dict.fromkeys(Product(item.line.name, item.seller.name) for item in items))
    ongoing = (Case.Status.WAITING, Case.Status.APPROVED)
    return OrderCard(
        order=order,
        items=items,
        standing=standing_of(order, items, parts, cases),
        products=products[:SHOWN_PRODUCTS],
        more_products=max(len(products) - SHOWN_PRODUCTS, 0),
        can_cancel=any(may_cancel(item) is None for item in items),
        can_ask=any(may_cancel(item) is None or may_be_asked_back(item) for item in items),
        request=next((case for case in cases if case.status in ongoing), None),
    )


def standing_of(
    order: Order, items: list[OrderItem], parts: list[SellerOrder], cases: list[Case]
) -> Standing:
    """Where the whole order stands, in the customer's words."""
    live = [item for item in items if item.is_live]
    if not live:
        return _ended(order, cases)
    units = sum(item.quantity for item in live)
    arrived = sum(item.quantity for item in live if item.status == OrderStatus.DELIVERED)
    statuses = {item.status for item in live}
    if arrived == units:
        return Standing(_("Delivered"), _some_ended(items), "circle-check", "success")
    if OrderStatus.DELIVERY_FAILED in statuses:
        text = _("The carrier could not hand it over.")
        return Standing(_("Delivery failed"), text, "triangle-alert", "danger")
    if arrived:
        words = ngettext(
            "%(arrived)s of %(units)s item delivered",
            "%(arrived)s of %(units)s items delivered",
            units,
        )
        words = words % {"arrived": arrived, "units": units}
        return Standing(words, _expected(order), "truck", "accent")
    if statuses == {OrderStatus.SHIPPED}:
        return Standing(_("On the way"), _expected(order), "truck", "accent")
    if OrderStatus.SHIPPED in statuses:
        return Standing(_("Partly on the way"), _expected(order), "truck", "accent")
    return Standing(_("Being prepared"), _ships_by(parts), "package-open", "info")


def _ended(order: Order, cases: list[Case]) -> Standing:
    if order.status == OrderStatus.RETURNED:
        return Standing(_("Returned"), "", "undo-2", "neutral")
    if cases and all(case.status == Case.Status.COMPLETED for case in cases):
        return Standing(_("Cancelled and refunded"), "", "ban", "neutral")
    return Standing(_("Cancelled"), "", "ban", "neutral")


def _some_ended(items: list[OrderItem]) -> str:
    ended = sum(item.quantity for item in items if not item.is_live)
    if not ended:
        return ""
    words = ngettext("%(n)s item cancelled or returned", "%(n)s items cancelled or returned", ended)
    return words % {"n": ended}


def _expected(order: Order) -> str:
    return _in_future(order.promised_by, _("Expected by %(day)s"))


def _ships_by(parts: list[SellerOrder]) -> str:
    dates = [part.ship_by for part in parts if part.ship_by]
    return _in_future(min(dates, default=None), _("Ships by %(day)s"))


def _in_future(moment: datetime | None, words: str) -> str:
    if moment is None or moment < timezone.now():
        return ""
    return words % {"day": formats.day(moment)}
