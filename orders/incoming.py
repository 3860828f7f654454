"""What an order looks like when it comes in: one shape for the API and for `import_orders`.

`read_order()` turns plain JSON into a `NewOrder`, or raises `Problems` that name every field at
fault. Amounts are minor units of the order's one currency.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.errors import DomainError, InvalidInput, Problems
from core.money import is_currency

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LARGEST = 10**15  # minor units; far above any order, far below bigint
PAST_EVENTS = (
    "packed",
    "ready_to_ship",
    "shipped",
    "delivered",
    "delivery_failed",
    "cancelled",
    "returned",
)


@dataclass(frozen=True)
class NewCustomer:
    external_id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""


@dataclass(frozen=True)
class NewLine:
    """`discount` and `shipping` are for the whole quantity; prices include tax."""

    sku: str
    name: str
    seller: str
    quantity: int
    unit_price: int
    discount: int = 0
    shipping: int = 0
    tax_rate: Decimal = Decimal(0)
    barcode: str = ""
    ship_by: datetime | None = None

    @property
    def gross(self) -> int:
        return self.quantity * self.unit_price

    @property
    def total(self) -> int:
        return self.gross - self.discount + self.shipping


@dataclass(frozen=True)
class NewPayment:
    method: str
    amount: int
    installments: int = 1
    reference: str = ""


@dataclass(frozen=True)
class PastEvent:
    """Something that happened in another system; `at` is None when it does not know when."""

    event: str
    at: datetime | None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class NewOrder:
    number: str
    channel: str
    placed_at: datetime
    currency: str
    customer: NewCustomer
    lines: tuple[NewLine, ...]
    payments: tuple[NewPayment, ...]
    shipping_address: dict[str, str] = field(default_factory=dict)
    billing_address: dict[str, str] = field(default_factory=dict)
    promised_by: datetime | None = None
    history: tuple[PastEvent, ...] = ()
    digest: str = ""

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def captured(self) -> int:
        return sum(payment.amount for payment in self.payments)


def read_order(given: Any) -> NewOrder:
    """The order that `given` describes. Raises Problems naming each wrong field."""
    return _Reader(given).order()


def digest_of(given: dict) -> str:
    """What makes two orders of one number the same: everything they say, but for moved dates."""
    content = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


class _Reader:
    """Reads field by field and collects what is wrong, so that one answer names all of it."""

    def __init__(self, given: Any):
        self.given = given
        self.problems: list[DomainError] = []

    def order(self) -> NewOrder:
        if not isinstance(self.given, dict):
            raise Problems([InvalidInput(_("An order is a JSON object."))])
        self._known(
            self.given,
            "",
            "number channel placed_at currency customer shipping_address billing_address total "
            "promised_by items payments history",
        )
        currency = self._text(self.given, "currency", "", required=True, longest=3)
        if currency and not is_currency(currency):
            self._wrong("currency", _("Not an ISO 4217 currency code, such as EUR."))
        number = self._text(self.given, "number", "", required=True, longest=40)
        if number and not NUMBER.fullmatch(number):
            self._wrong("number", _("Letters, digits, '.', '_' and '-', at most 40."))
        new = dict(
            number=number,
            channel=self._text(self.given, "channel", "", required=True, longest=40),
            placed_at=self._moment(self.given, "placed_at", "", required=True),
            currency=currency,
            customer=self._customer(),
            shipping_address=self._address("shipping_address"),
            billing_address=self._address("billing_address"),
            promised_by=self._moment(self.given, "promised_by", ""),
            lines=tuple(self._each("items", self._line, required=True)),
            payments=tuple(self._each("payments", self._payment)),
            history=tuple(self._each("history", self._past)),
        )
        if new["placed_at"] and new["placed_at"] > timezone.now() + timedelta(days=1):
            self._wrong("placed_at", _("An order cannot be placed in the future."))
        if not self.problems:
            self._check_total(new["lines"])
        if self.problems:
            raise Problems(self.problems)
        return NewOrder(**new, digest=digest_of(self.given))

    def _check_total(self, lines: tuple[NewLine, ...]) -> None:
        added = sum(line.total for line in lines)
        total = self._amount(self.given, "total", "", default=added)
        if total != added:
            self._wrong(
                "total",
                _("The items add up to %(added)s (quantity × unit price − discount + shipping).")
                % {"added": added},
            )

    def _customer(self) -> NewCustomer | None:
        given = self.given.get("customer")
        if not isinstance(given, dict):
            self._wrong("customer", _("An object with at least external_id."))
            return None
        at = "customer/"
        self._known(given, at, "external_id first_name last_name email phone language")
        email = self._text(given, "email", at, longest=254).lower()
        if email:
            try:
                validate_email(email)
            except ValidationError:
                self._wrong(f"{at}email", _("Not an e-mail address."))
        return NewCustomer(
            external_id=self._text(given, "external_id", at, required=True, longest=80),
            first_name=self._text(given, "first_name", at, longest=80),
            last_name=self._text(given, "last_name", at, longest=80),
            email=email,
            phone=self._text(given, "phone", at, longest=40),
            language=self._text(given, "language", at, longest=10),
        )

    def _address(self, name: str) -> dict[str, str]:
        given = self.given.get(name) or {}
        if not isinstance(given, dict):
            self._wrong(name, _("An object."))
            return {}
        at = f"{name}/"
        known = "name phone country state city district line line2 postcode company "
        known += "tax_office tax_number"
        self._known(given, at, known)
        return {key: self._text(given, key, at, longest=200) for key in given if key in known}

    def _line(self, given: dict, at: str) -> NewLine:
        self._known(
            given,
            at,
            "sku name seller quantity unit_price discount shipping tax_rate barcode ship_by "
            "currency",
        )
        self._same_currency(given, at)
        quantity = given.get("quantity")
        if not _is_whole(quantity) or not 1 <= quantity <= 100_000:
            self._wrong(f"{at}quantity", _("A whole number from 1 to 100000."))
            quantity = 1
        line = NewLine(
            sku=self._text(given, "sku", at, required=True, longest=80),
            name=self._text(given, "name", at, required=True, longest=200),
            seller=self._text(given, "seller", at, required=True, longest=40),
            quantity=quantity,
            unit_price=self._amount(given, "unit_price", at),
            discount=self._amount(given, "discount", at, default=0),
            shipping=self._amount(given, "shipping", at, default=0),
            tax_rate=self._rate(given, at),
            barcode=self._text(given, "barcode", at, longest=40),
            ship_by=self._moment(given, "ship_by", at),
        )
        if line.discount > line.gross:
            self._wrong(
                f"{at}discount",
                _("More than the price of the items. At most %(gross)s.") % {"gross": line.gross},
            )
        return line

    def _payment(self, given: dict, at: str) -> NewPayment:
        self._known(given, at, "method amount installments reference currency status")
        self._same_currency(given, at)
        if given.get("status", "captured") != "captured":
            self._wrong(
                f"{at}status",
                _("Only captured payments are taken in; capture an authorised payment first."),
                allowed=["captured"],
            )
        installments = given.get("installments", 1)
        if not _is_whole(installments) or not 0 <= installments <= 120:
            self._wrong(f"{at}installments", _("A whole number from 0 to 120."))
            installments = 1
        return NewPayment(
            method=self._text(given, "method", at, required=True, longest=40),
            amount=self._amount(given, "amount", at),
            installments=installments,
            reference=self._text(given, "reference", at, longest=120),
        )

    def _past(self, given: dict, at: str) -> PastEvent:
        self._known(given, at, "event at by reason")
        event = given.get("event")
        if event not in PAST_EVENTS:
            self._wrong(
                f"{at}event", _("Not an event of an order's past."), allowed=list(PAST_EVENTS)
            )
        return PastEvent(
            event=str(event),
            at=self._moment(given, "at", at),
            by=self._text(given, "by", at, longest=20),
            reason=self._text(given, "reason", at, longest=40),
        )

    # -- fields ---------------------------------------------------------------------------

    def _wrong(self, pointer: str, message: str, allowed: list[str] | None = None) -> None:
        self.problems.append(InvalidInput(message, field=pointer, allowed=allowed or []))

    def _known(self, given: dict, at: str, names: str) -> None:
        for name in given.keys() - set(names.split()):
            self._wrong(f"{at}{name}", _("This field is not known."), allowed=names.split())

    def _each(self, name: str, read, *, required: bool = False):
        given = self.given.get(name)
        if given is None and not required:
            return []
        if not isinstance(given, list) or (required and not given) or len(given) > 1000:
            self._wrong(name, _("A list of 1 to 1000 objects."))
            return []
        entries = []
        for position, entry in enumerate(given):
            if isinstance(entry, dict):
                entries.append(read(entry, f"{name}/{position}/"))
            else:
                self._wrong(f"{name}/{position}", _("An object."))
        return entries

    def _text(self, given: dict, name: str, at: str, *, required=False, longest: int) -> str:
        value = given.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self._wrong(f"{at}{name}", _("Text."))
            return ""
        if required and not value.strip():
            self._wrong(f"{at}{name}", _("This field is required."))
        if len(value) > longest or "\x00" in value:
            self._wrong(f"{at}{name}", _("At most %(n)s characters.") % {"n": longest})
        return value.strip()

    def _amount(self, given: dict, name: str, at: str, *, default: int | None = None) -> int:
        value = given.get(name, default)
        if not _is_whole(value) or not 0 <= value <= LARGEST:
            self._wrong(f"{at}{name}", _("A whole number of minor units (cents), 0 or more."))
            return 0
        return value

    def _rate(self, given: dict, at: str) -> Decimal:
        value = given.get("tax_rate")
        if value is None:
            return Decimal(0)
        try:
            rate = Decimal(str(value))
        except InvalidOperation:
            rate = Decimal(-1)
        if isinstance(value, bool) or not (0 <= rate < 1) or rate.as_tuple().exponent < -5:
            self._wrong(f"{at}tax_rate", _("A share such as 0.23, with at most 5 decimals."))
            return Decimal(0)
        return rate

    def _moment(self, given: dict, name: str, at: str, *, required=False) -> datetime | None:
        value = given.get(name)
        if value is None and not required:
            return None
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or timezone.is_naive(moment):
            self._wrong(f"{at}{name}", _("An ISO 8601 date and time with its offset."))
            return None
        return moment

    def _same_currency(self, given: dict, at: str) -> None:
        if given.get("currency") not in (None, self.given.get("currency")):
            self._wrong(f"{at}currency", _("An order has one currency."))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
