"""Columns about whom an order is from and where it goes: the same in every list that has them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.exports.declaring import offered, under
from core.exports.sources import Column, Join

CUSTOMER = _("Customer")
SHIPPING_LABELS = {
    "name": _("Shipping name"),
    "phone": _("Shipping phone"),
    "country": _("Shipping country"),
    "state": _("Shipping state"),
    "city": _("Shipping city"),
    "district": _("Shipping district"),
    "line": _("Shipping address line"),
    "postcode": _("Shipping postcode"),
}
BILLING_LABELS = {
    "name": _("Billing name"),
    "phone": _("Billing phone"),
    "company": _("Company"),
    "tax_office": _("Tax office"),
    "tax_number": _("Tax number"),
    "country": _("Billing country"),
    "state": _("Billing state"),
    "city": _("Billing city"),
    "district": _("Billing district"),
    "line": _("Billing address line"),
    "postcode": _("Billing postcode"),
}


def customer_join(order: str, needs: tuple[str, ...] = ()) -> Join:
    """`order` is what the order's table is called in the statement."""
    on = f"customer.id = {order}.customer_id"
    return Join("customer", f"JOIN orders_customer customer ON {on}", needs)


def customer_columns() -> tuple[Column, ...]:
    """They need the join `customer`."""
    name = "btrim(customer.first_name || ' ' || customer.last_name)"
    needs = ("customer",)
    return under(
        CUSTOMER,
        Column("customer_name", _("Customer name"), name, needs=needs),
        offered("customer_email", _("E-mail"), "customer.email", needs=needs),
        offered("customer_phone", _("Phone"), "customer.phone", needs=needs),
    )


def shipping_columns(order: str, needs: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return under(
        _("Shipping address"),
        *_address("shipping", f"{order}.shipping_address", SHIPPING_LABELS, needs),
    )


def billing_columns(order: str, needs: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return under(
        _("Billing address"),
        *_address("billing", f"{order}.billing_address", BILLING_LABELS, needs),
    )


def _address(
    name: str, address: str, labels: Mapping[str, str | Promise], needs: tuple[str, ...]
) -> list[Column]:
    def cell(key: str) -> str:
        if key != "line":
            return f"{address} ->> '{key}'"
        # Two lines of an address are one cell.
        lines = ", ".join(f"NULLIF({address} ->> '{line}', '')" for line in ("line", "line2"))
        return f"concat_ws(', ', {lines})"

    return [
        offered(f"{name}_{key}", label, cell(key), needs=needs) for key, label in labels.items()
    ]
