"""Shapes that all endpoints share: strict input, money."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import get_attribute

MONEY_SCHEMA = {
    "type": "object",
    "description": "An amount in minor units (cents) of an ISO 4217 currency.",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "integer", "examples": [1299]},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
    },
}


def money(amount: int | None, currency: str) -> dict[str, Any] | None:
    """Minor units and their currency, as every answer shows money."""
    return None if amount is None else {"amount": amount, "currency": currency}


@extend_schema_field(MONEY_SCHEMA)
class MoneyField(serializers.Field):
    """Read only: `total = MoneyField()`; `currency` is the path to it from the same row."""

    def __init__(self, *, currency: str = "currency", **options):
        super().__init__(read_only=True, **options)
        self.currency = currency.split(".")

    def get_attribute(self, instance) -> tuple[int | None, str]:
        return super().get_attribute(instance), get_attribute(instance, self.currency)

    def to_representation(self, value) -> dict[str, Any] | None:
        return money(*value)


class StrictSerializer(serializers.Serializer):
    """Input in which a field that we do not know is an error, not a silence."""

    default_error_messages = {
        "unknown_field": _("There is no such field. These may be given: {allowed}.")
    }

    def to_internal_value(self, data):
        errors: dict[str, Any] = {}
        found: Any = None
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            errors = dict(error.detail)
        errors |= self._unknown(data)
        if errors:
            raise serializers.ValidationError(errors)
        return found

    def _unknown(self, data: Any) -> dict[str, list[ErrorDetail]]:
        if not isinstance(data, Mapping):
            return {}
        allowed = [str(field.field_name) for field in self._writable_fields]
        words = self.error_messages["unknown_field"].format(allowed=", ".join(allowed))
        return {
            str(name): [ErrorDetail(words, code="unknown_field")]
            for name in data
            if name not in allowed
        }


def checked(input_class: type[serializers.Serializer], data: Any) -> Any:
    """What `data` means to this kind of input. Raises ValidationError.

    What fits is checked by one serializer for all calls, because making one takes longer than its
    checks; what does not fit is asked again, so that the refusal is told as ever. An input must
    not depend on who gives it.
    """
    try:
        return _checker(input_class).run_validation(data)
    except serializers.ValidationError:
        again = input_class(data=data)
        again.is_valid(raise_exception=True)
        return again.validated_data


@cache
def _checker(input_class: type[serializers.Serializer]) -> serializers.Serializer:
    return input_class()
