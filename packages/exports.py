"""Packages as a file, and what packages tell of the orders and items that they carry."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.exports.declaring import offered, under
from core.exports.sources import SORT, Column, Join, Kind, Source, lend, narrowed, register
from orders.exports.orders import ORDER, PURCHASE
from orders.exports.people import customer_columns, customer_join, shipping_columns
from packages.columns import SORTS
from packages.filters import HELD_BACK, PackageFilter, SellerPackageFilter
from packages.models import Package
from packages.tabs import Listing, listed

PACKAGE = _("Package")
DELIVERY = _("Delivery")
FILTERS = {Role.OWNER: PackageFilter, Role.SELLER: SellerPackageFilter}
STATUSES = dict(Package.Status.choices)

# Which of the three lists the address is of; without it, the Package List.
LISTING = "listing"

_OPTION = "LEFT JOIN sellers_deliveryoption option ON option.id = {0}.delivery_option_id"
_COMPANY = "LEFT JOIN sellers_shippingcompany company ON company.id = option.company_id"
_CARRIER = "COALESCE(company.name, NULLIF({0}.other_carrier, ''))"
# An item is in one package that it has not been taken out of, if in any.
_PACKED = """LEFT JOIN packages_packageitem packed
    ON packed.item_id = row.id AND packed.removed_at IS NULL
LEFT JOIN packages_package package ON package.id = packed.package_id"""
_SENT = f"""LEFT JOIN LATERAL (
    SELECT string_agg(package.number, ', ' ORDER BY package.id) AS packages,
           string_agg(DISTINCT option.name, ', ') AS options,
           string_agg(DISTINCT {_CARRIER.format("package")}, ', ') AS companies
    FROM packages_package package {_OPTION.format("package")} {_COMPANY}
    WHERE package.{{row}} = row.id AND package.status <> 'cancelled') sent ON true"""  # noqa: S608
_CONTENTS = """LEFT JOIN LATERAL (
    SELECT sum(item.last_unit - item.first_unit) AS pieces,
           string_agg((item.last_unit - item.first_unit) || ' × ' || line.name, ', '
                      ORDER BY line.position, item.first_unit) AS products
    FROM packages_packageitem content
    JOIN orders_orderitem item ON item.id = content.item_id
    JOIN orders_orderline line ON line.id = item.line_id
    WHERE content.package_id = row.id
      AND (content.removed_at IS NULL OR item.status = 'cancelled')) contents ON true"""
# As `sellers.tracking` writes it: whatever stands in a number stays one part of the address.
_ENCODED = """(CASE WHEN {number} ~ '^[A-Za-z0-9_.~-]*$' THEN {number} ELSE (
    SELECT string_agg(CASE WHEN sign ~ '^[A-Za-z0-9_.~-]$' THEN sign ELSE regexp_replace(
        upper(encode(convert_to(sign, 'UTF8'), 'hex')), '(..)', chr(37) || '\\1', 'g') END,
        '' ORDER BY place)
    FROM regexp_split_to_table({number}, '') WITH ORDINALITY AS signs(sign, place)) END)"""


def listed_packages(actor: Actor, query: QueryDict):
    """What the list of packages that the address names shows this actor, in its order. Raises
    FiltersNotValid."""
    listing = query.get(LISTING, Listing.ALL)
    if query.get("tab") == HELD_BACK:  # all of these are cancelled
        packages = Package.objects.visible_to(actor)
    else:
        packages = listed(listing, actor)
    found = narrowed(FILTERS[actor.role], packages, query)
    # The work list begins with the earliest deadline; PostgreSQL puts those without one last.
    usual = ("ship_by", "id") if listing == Listing.PREPARING else SORTS["newest"]
    return found.order_by(*SORTS.get(query.get(SORT, ""), usual))


def packages_source(role: Role) -> Source:
    return Source(
        name="packages",
        role=role,
        label=_("Packages"),
        model=Package,
        listed=listed_packages,
        columns=(
            *_package_columns(role is Role.OWNER),
            *_delivery_columns("row"),
            *customer_columns(),
            *shipping_columns("purchase", ("purchase",)),
        ),
        joins=(
            PURCHASE,
            customer_join("purchase", ("purchase",)),
            Join("seller", "JOIN sellers_seller seller ON seller.id = row.seller_id"),
            Join("contents", _CONTENTS),
            *_delivery_joins("row"),
        ),
        filterset_class=FILTERS[role],
    )


def _delivery_joins(package: str, needs: tuple[str, ...] = ()) -> tuple[Join, ...]:
    return (
        Join("option", _OPTION.format(package), needs),
        Join("company", _COMPANY, ("option",)),
    )


def _package_columns(of_owner: bool) -> tuple[Column, ...]:
    seller = Column("seller", _("Seller"), "seller.name", needs=("seller",))
    ordered, inside = ("purchase",), ("contents",)
    return (
        *under(
            PACKAGE,
            Column("package_number", _("Package number"), "row.number"),
            Column("status", _("Status"), "row.status", words=STATUSES),
            *([seller] if of_owner else []),
            Column("products", _("Products"), "contents.products", needs=inside),
            Column("pieces", _("Pieces"), "contents.pieces", Kind.NUMBER, inside),
            offered("created_at", _("Created at"), "row.created_at", Kind.MOMENT),
            Column("ship_by", _("Ship by"), "row.ship_by", Kind.MOMENT),
            offered("updated_at", _("Updated at"), "row.updated_at", Kind.MOMENT),
        ),
        *under(
            ORDER,
            Column("order_number", _("Order number"), "purchase.number", needs=ordered),
            offered("placed_at", _("Placed at"), "purchase.placed_at", Kind.MOMENT, ordered),
        ),
    )


def _delivery_columns(package: str, needs: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """What became of the package with this name in the statement."""
    number = f"{package}.tracking_number"
    address = (
        f"CASE WHEN {number} <> '' AND option.tracking_url <> '' THEN "
        f"replace(option.tracking_url, '{{number}}', {_ENCODED.format(number=number)}) END"
    )
    carrier = _CARRIER.format(package)
    return under(
        DELIVERY,
        offered("delivery_option", _("Delivery option"), "option.name", needs=("option",)),
        offered("shipping_company", _("Shipping company"), carrier, needs=("company", *needs)),
        Column("tracking_number", _("Tracking number"), number, needs=needs),
        offered("tracking_url", _("Tracking URL"), address, needs=("option", *needs)),
        Column("shipped_at", _("Shipped at"), f"{package}.shipped_at", Kind.MOMENT, needs),
        Column("delivered_at", _("Delivered at"), f"{package}.delivered_at", Kind.MOMENT, needs),
        offered("expected_at", _("Expected at"), f"{package}.expected_at", Kind.MOMENT, needs),
        offered("invoice_number", _("Invoice number"), f"{package}.invoice_number", needs=needs),
        offered("invoice_date", _("Invoice date"), f"{package}.invoice_date", Kind.DATE, needs),
    )


def _of_items() -> tuple[Column, ...]:
    packed = ("packed",)
    about = under(
        PACKAGE,
        Column("package_number", _("Package number"), "package.number", needs=packed),
        offered(
            "package_status", _("Package status"), "package.status", needs=packed, words=STATUSES
        ),
    )
    return (*about, *_delivery_columns("package", packed))


def _of_orders() -> tuple[Column, ...]:
    sent = ("sent",)
    return under(
        DELIVERY,
        offered("delivery_option", _("Delivery option"), "sent.options", needs=sent),
        offered("shipping_company", _("Shipping company"), "sent.companies", needs=sent),
        offered("package_numbers", _("Package numbers"), "sent.packages", needs=sent),
    )


for role, row in ((Role.OWNER, "order_id"), (Role.SELLER, "seller_order_id")):
    register(packages_source(role))
    lend("orders", role, columns=_of_orders(), joins=(Join("sent", _SENT.format(row=row)),))
    lend(
        *("order_items", role),
        columns=_of_items(),
        joins=(Join("packed", _PACKED), *_delivery_joins("package", ("packed",))),
    )
