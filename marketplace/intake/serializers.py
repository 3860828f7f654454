"""The shape of an order that comes in, for OpenAPI; `orders.incoming` reads and judges it."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.errors import InvalidInput
from orders.incoming import NewOrder, read_order
from orders.incoming.fields import LARGEST


def minor_units(**options) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0, max_value=LARGEST, help_text="Whole minor units of the currency.", **options
    )


class NewCustomerShape(serializers.Serializer):
    external_id = serializers.CharField(max_length=80)
    first_name = serializers.CharField(max_length=80, required=False)
    last_name = serializers.CharField(max_length=80, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False)
    language = serializers.CharField(max_length=10, required=False)


class NewAddressShape(serializers.Serializer):
    name = serializers.CharField(required=False)
    phone = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    state = serializers.CharField(required=False)
    city = serializers.CharField(required=False)
    district = serializers.CharField(required=False)
    line = serializers.CharField(required=False)
    line2 = serializers.CharField(required=False)
    postcode = serializers.CharField(required=False)
    company = serializers.CharField(required=False)
    tax_office = serializers.CharField(required=False)
    tax_number = serializers.CharField(required=False)


class NewItemShape(serializers.Serializer):
    sku = serializers.CharField(max_length=80)
    name = serializers.CharField(max_length=200)
    seller = serializers.CharField(max_length=40, help_text="The seller's code.")
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)
    unit_price = minor_units()
    discount = minor_units(required=False)
    shipping = minor_units(required=False)
    tax_rate = serializers.DecimalField(max_digits=6, decimal_places=5, required=False)
    barcode = serializers.CharField(max_length=40, required=False)
    category = serializers.CharField(
        max_length=80, required=False, help_text="As the channel calls it: rules of returns use it."
    )
    ship_by = serializers.DateTimeField(required=False, allow_null=True)


class NewPaymentShape(serializers.Serializer):
    method = serializers.CharField(
        max_length=40, help_text="`store_credit` spends what the customer has left."
    )
    amount = minor_units()
    installments = serializers.IntegerField(min_value=0, max_value=120, required=False)
    reference = serializers.CharField(max_length=120, required=False)


class NewOrderShape(serializers.Serializer):
    """An order with all of its captured payments. Discount and shipping of an item are for its
    whole quantity; total = Σ quantity × unit price − discount + shipping."""

    number = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    channel = serializers.CharField(max_length=40)
    placed_at = serializers.DateTimeField()
    currency = serializers.CharField(max_length=3, help_text="ISO 4217.")
    customer = NewCustomerShape()
    shipping_address = NewAddressShape(required=False)
    billing_address = NewAddressShape(required=False)
    total = minor_units(required=False)
    promised_by = serializers.DateTimeField(required=False, allow_null=True)
    items = NewItemShape(many=True)
    payments = NewPaymentShape(many=True, required=False)

    def to_internal_value(self, data: Any) -> NewOrder:
        """Raises Problems with a pointer to every field at fault."""
        if isinstance(data, dict) and data.get("history"):
            raise InvalidInput(
                _("A past comes in by import_orders, without effects; here an order begins."),
                field="history",
                code="history_not_taken",
            )
        return read_order(data)
