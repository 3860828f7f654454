"""Order items as a file: one row per item of the orders that the list shows.

Amounts are the item's shares of its line, by the very formula of `core.money.share`.
"""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.exports.declaring import offered, under
from core.exports.sources import Column, Join, Kind, Source
from orders.exports.orders import FILTERS, MONEY, ORDER, PURCHASE, listed_orders, sorted_as
from orders.models import OrderItem, OrderStatus

ITEM = _("Item")
LINE = ("line",)
PURCHASED = ("purchase",)


def listed_items(actor: Actor, query: QueryDict):
    """The items of the orders that the Orders list shows, in its order. Raises FiltersNotValid."""
    orders = listed_orders(actor, query).order_by().values("pk")
    of = "order" if actor.role is Role.OWNER else "seller_order"
    items = OrderItem.objects.visible_to(actor).filter(**{f"{of}__in": orders})
    placed_at, order = sorted_as(query)
    of_order = (placed_at.replace("placed_at", "order__placed_at"), order.replace("id", "order_id"))
    return items.order_by(*of_order, "line_id", "first_unit")


def items_source(role: Role) -> Source:
    return Source(
        name="order_items",
        role=role,
        label=_("Order items"),
        model=OrderItem,
        listed=listed_items,
        columns=(*_item_columns(role is Role.OWNER), *_money_columns()),
        joins=(
            PURCHASE,
            Join("line", "JOIN orders_orderline line ON line.id = row.line_id"),
            Join("seller", "JOIN sellers_seller seller ON seller.id = row.seller_id"),
        ),
        currency_sql="purchase.currency",
        currency_needs=PURCHASED,
        numbered="order__number",
        filterset_class=FILTERS[role],
    )


def _item_columns(of_owner: bool) -> tuple[Column, ...]:
    seller = Column("seller", _("Seller"), "seller.name", needs=("seller",))
    quantity = "row.last_unit - row.first_unit"
    return (
        *under(
            ORDER,
            Column("order_number", _("Order number"), "purchase.number", needs=PURCHASED),
            offered("placed_at", _("Placed at"), "purchase.placed_at", Kind.MOMENT, PURCHASED),
        ),
        *under(
            ITEM,
            Column("item_number", _("Item number"), "row.number"),
            Column("sku", _("SKU"), "line.sku", needs=LINE),
            Column("product_name", _("Product name"), "line.name", needs=LINE),
            offered("barcode", _("Barcode"), "line.barcode", needs=LINE),
            Column("quantity", _("Quantity"), quantity, Kind.NUMBER),
            Column("status", _("Status"), "row.status", words=dict(OrderStatus.choices)),
            *([seller] if of_owner else []),
        ),
    )


def _money_columns() -> tuple[Column, ...]:
    """Unit price × quantity − discount + shipping = total; the tax is contained in it."""
    unit_price = Column("unit_price", _("Unit price"), "line.unit_price", Kind.MONEY, LINE)
    return under(
        MONEY,
        Column("currency", _("Currency"), "purchase.currency", needs=PURCHASED),
        unit_price,
        offered("discount", _("Discount"), share_of("line.discount"), Kind.MONEY, LINE),
        offered("shipping", _("Shipping"), share_of("line.shipping"), Kind.MONEY, LINE),
        offered("tax_rate", _("Tax rate"), "line.tax_rate", Kind.NUMBER, LINE),
        offered("tax", _("Tax"), share_of("line.tax"), Kind.MONEY, LINE),
        Column("total", _("Total"), share_of("line.total"), Kind.MONEY, LINE),
        offered("commission_rate", _("Commission rate"), "line.commission_rate", Kind.NUMBER, LINE),
        offered("commission", _("Commission"), "row.commission", Kind.MONEY),
    )


def share_of(amount: str) -> str:
    """What the units of the item carry of an amount of their line."""
    until, before = (
        f"{amount} * row.{unit} / line.quantity" for unit in ("last_unit", "first_unit")
    )
    return f"({until} - {before})"
