"""Orders as a file: to the owner one row per order, to a seller one row per their part of it.

Amounts are those that the order's page shows this reader: a seller has no payments.
"""

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.exports.declaring import offered, spoken, under
from core.exports.sources import SORT, Column, Join, Kind, Source, narrowed
from orders.columns import SORTS
from orders.exports.people import (
    billing_columns,
    customer_columns,
    customer_join,
    shipping_columns,
)
from orders.filters import OrderFilter, SellerOrderFilter
from orders.models import Case, Order, OrderStatus, SellerOrder
from orders.presenters.detail import METHODS
from orders.tabs import listed

ORDER = _("Order")
ITEMS = _("Items")
MONEY = _("Money")

FILTERS = {Role.OWNER: OrderFilter, Role.SELLER: SellerOrderFilter}
# A seller's row is a part of an order: this is the order.
PURCHASE = Join("purchase", "JOIN orders_order purchase ON purchase.id = row.order_id")
COUNTED = {
    OrderStatus.WAITING_PACKAGING: _("Items waiting packaging"),
    OrderStatus.PREPARING: _("Items preparing"),
    OrderStatus.READY_TO_SHIP: _("Items ready to ship"),
    OrderStatus.SHIPPED: _("Items shipped"),
    OrderStatus.DELIVERY_FAILED: _("Items with failed delivery"),
    OrderStatus.DELIVERED: _("Items delivered"),
    OrderStatus.CANCELLED: _("Items cancelled"),
    OrderStatus.RETURNED: _("Items returned"),
}

_PARTS = """LEFT JOIN LATERAL (
    SELECT string_agg(seller.name, ', ' ORDER BY part.id) AS sellers,
           sum(part.unit_count) AS units
    FROM orders_sellerorder part JOIN sellers_seller seller ON seller.id = part.seller_id
    WHERE part.order_id = row.id) parts ON true"""
_PIECES = """LEFT JOIN LATERAL (
    SELECT {counts}, sum(item.refunded_product + item.refunded_shipping) AS given_back
    FROM orders_orderitem item WHERE item.{row} = row.id) pieces ON true"""
_PAYMENTS = """LEFT JOIN LATERAL (
    SELECT string_agg({method}, ', ' ORDER BY payment.position) AS methods,
           sum(payment.refund_reserved) AS given_back
    FROM orders_payment payment WHERE payment.order_id = row.id) payments ON true"""
_WAITING = """LEFT JOIN LATERAL (
    SELECT string_agg({kind} || ' ' || asked.number, ', ' ORDER BY asked.id) AS requests
    FROM orders_case asked
    WHERE asked.{row} = row.id AND asked.status = 'waiting') waiting ON true"""


def listed_orders(actor: Actor, query: QueryDict):
    """What the Orders list shows this actor at this address. Raises FiltersNotValid."""
    found = narrowed(FILTERS[actor.role], listed(actor), query)
    return found.order_by(*sorted_as(query))


def sorted_as(query: QueryDict) -> tuple[str, ...]:
    """What the list is ordered by at this address."""
    return SORTS.get(query.get(SORT, ""), SORTS["newest"])


def orders_source(role: Role) -> Source:
    of_owner = role is Role.OWNER
    order, needs = ("row", ()) if of_owner else ("purchase", ("purchase",))
    return Source(
        name="orders",
        role=role,
        label=_("Orders"),
        model=Order if of_owner else SellerOrder,
        listed=listed_orders,
        columns=(
            *_order_columns(order, needs, of_owner),
            *customer_columns(),
            *shipping_columns(order, needs),
            *billing_columns(order, needs),
            *_money_columns(order, needs, of_owner),
            *_count_columns(of_owner),
        ),
        joins=_joins(order, needs, of_owner),
        currency_sql=f"{order}.currency",
        currency_needs=needs,
        numbered="number" if of_owner else "order__number",
        filterset_class=FILTERS[role],
    )


def _joins(order: str, needs: tuple[str, ...], of_owner: bool) -> tuple[Join, ...]:
    row = "order_id" if of_owner else "seller_order_id"
    units = "sum(item.last_unit - item.first_unit) FILTER (WHERE item.status = '{0}') AS {0}"
    counts = ", ".join(units.format(status) for status in COUNTED)
    kind = spoken("asked.kind", dict(Case.Kind.choices))
    joins = (
        customer_join(order, needs),
        Join("pieces", _PIECES.format(counts=counts, row=row)),
        Join("waiting", format_lazy(_WAITING, kind=kind, row=row)),
    )
    if not of_owner:
        return (PURCHASE, *joins)
    payments = format_lazy(_PAYMENTS, method=spoken("payment.method", METHODS))
    return (*joins, Join("parts", _PARTS), Join("payments", payments))


def _order_columns(order: str, needs: tuple[str, ...], of_owner: bool) -> tuple[Column, ...]:
    sellers = Column("sellers", _("Sellers"), "parts.sellers", needs=("parts",))
    return under(
        ORDER,
        Column("order_number", _("Order number"), f"{order}.number", needs=needs),
        Column("placed_at", _("Placed at"), "row.placed_at", Kind.MOMENT),
        offered("updated_at", _("Updated at"), "row.updated_at", Kind.MOMENT),
        Column("status", _("Status"), "row.status", words=dict(OrderStatus.choices)),
        offered("channel", _("Sales channel"), f"{order}.channel", needs=needs),
        *([sellers] if of_owner else []),
        Column("open_request", _("Open request"), "waiting.requests", needs=("waiting",)),
    )


def _money_columns(order: str, needs: tuple[str, ...], of_owner: bool) -> tuple[Column, ...]:
    """Refunded and net as the order's page adds them up: the owner's from its payments, a
    seller's from their items, as what the customer paid with is not theirs to see."""
    paid = ("payments",) if of_owner else ("pieces",)
    given_back = f"COALESCE({paid[0]}.given_back, 0)"
    before = "row.captured" if of_owner else "row.total"
    of_owner_only = (
        offered("captured", _("Captured"), "row.captured", Kind.MONEY),
        offered("payment_type", _("Payment type"), "payments.methods", needs=paid),
    )
    return under(
        MONEY,
        Column("currency", _("Currency"), f"{order}.currency", needs=needs),
        offered("product_total", _("Product total"), "row.product_total", Kind.MONEY),
        offered("discount", _("Discount"), "row.discount", Kind.MONEY),
        offered("shipping", _("Shipping"), "row.shipping", Kind.MONEY),
        offered("tax", _("Tax"), "row.tax", Kind.MONEY),
        Column("total", _("Order total") if of_owner else _("Total"), "row.total", Kind.MONEY),
        Column("refunded", _("Refunded"), given_back, Kind.MONEY, needs=paid),
        offered("net", _("Net"), f"{before} - {given_back}", Kind.MONEY, needs=paid),
        *(of_owner_only if of_owner else ()),
    )


def _count_columns(of_owner: bool) -> tuple[Column, ...]:
    """The item count by status is a number per status, so that a spreadsheet can add them up."""
    units, needs = ("parts.units", ("parts",)) if of_owner else ("row.unit_count", ())
    pieces = ("pieces",)
    return under(
        ITEMS,
        offered("item_count", _("Item count"), units, Kind.NUMBER, needs=needs),
        *(
            offered(f"items_{status}", label, f"COALESCE(pieces.{status}, 0)", Kind.NUMBER, pieces)
            for status, label in COUNTED.items()
        ),
    )
