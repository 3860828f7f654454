import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import InvalidInput, Problems
from core.money import is_currency
from orders.history import PAST_EVENTS, ImpossiblePast, walk
from orders.incoming.fields import LARGEST, Fields
from orders.incoming.shapes import NewCustomer, NewLine, NewOrder, NewPayment, PastEvent

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
SLACK = timedelta(days=1)  # clocks of other systems run ahead
PEOPLE = ("customer", "seller", "owner", "system", "carrier")

ORDER_FIELDS = {"number", "channel", "placed_at", "currency", "customer", "total", "promised_by"}
ORDER_FIELDS |= {"shipping_address", "billing_address", "items", "payments", "history"}
CUSTOMER_FIELDS = {"external_id", "first_name", "last_name", "email", "phone", "language"}
ADDRESS_FIELDS = {"name", "phone", "country", "state", "city", "district", "line", "line2"}
ADDRESS_FIELDS |= {"postcode", "company", "tax_office", "tax_number"}
LINE_FIELDS = {"sku", "name", "seller", "quantity", "unit_price", "discount", "shipping"}
LINE_FIELDS |= {"tax_rate", "barcode", "category", "ship_by", "currency"}
PAYMENT_FIELDS = {"method", "amount", "installments", "reference", "currency", "status"}
PAST_FIELDS = {"event", "at", "by", "reason"}


def read_order(given: Any) -> NewOrder:
    """The order that `given` describes. Raises Problems naming each wrong field."""
    if not isinstance(given, dict):
        raise Problems([InvalidInput(_("An order is a JSON object."))])
    try:
        digest = digest_of(given)
    except (UnicodeEncodeError, RecursionError):
        raise Problems([InvalidInput(_("This is not text that can be stored."))]) from None
    return _Reader(given).order(digest)


def digest_of(given: dict) -> str:
    """What makes two orders of one number the same: everything they say, as it was given."""
    content = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


class _Reader(Fields):
    def __init__(self, given: dict):
        super().__init__()
        self.given = given

    def order(self, digest: str) -> NewOrder:
        given = self.given
        self.known(given, "", ORDER_FIELDS)
        new = NewOrder(
            number=self._number(),
            channel=self.text(given, "channel", "", required=True, longest=40),
            placed_at=self.moment(given, "placed_at", "", required=True),  # type: ignore[arg-type]
            currency=self._currency(),
            customer=self._customer(),  # type: ignore[arg-type]
            shipping_address=self._address("shipping_address"),
            billing_address=self._address("billing_address"),
            promised_by=self.moment(given, "promised_by", ""),
            lines=tuple(self.each(given, "items", self._line, required=True)),
            payments=tuple(self.each(given, "payments", self._payment)),
            history=tuple(self.each(given, "history", self._past)),
            digest=digest,
        )
        # What follows compares fields, and is only worth saying of fields that could be read.
        if not self.problems:
            self._check_dates(new)
            self._check_totals(new)
            self._check_past(new)
        if self.problems:
            raise Problems(self.problems)
        return new

    def _number(self) -> str:
        number = self.text(self.given, "number", "", required=True, longest=40)
        if number and not NUMBER.fullmatch(number):
            self.wrong("number", _("Letters, digits, '.', '_' and '-', at most 40."))
        return number

    def _currency(self) -> str:
        currency = self.text(self.given, "currency", "", required=True, longest=3)
        if currency and not is_currency(currency):
            self.wrong("currency", _("Not an ISO 4217 currency code, such as EUR."))
        return currency

    def _customer(self) -> NewCustomer | None:
        given = self.given.get("customer")
        if not isinstance(given, dict):
            self.wrong("customer", _("An object with at least external_id."))
            return None
        at = "customer/"
        self.known(given, at, CUSTOMER_FIELDS)
        email = self.text(given, "email", at, longest=254).lower()
        if email:
            try:
                validate_email(email)
            except ValidationError:
                self.wrong(f"{at}email", _("Not an e-mail address."))
        return NewCustomer(
            external_id=self.text(given, "external_id", at, required=True, longest=80),
            first_name=self.text(given, "first_name", at, longest=80),
            last_name=self.text(given, "last_name", at, longest=80),
            email=email,
            phone=self.text(given, "phone", at, longest=40),
            language=self.text(given, "language", at, longest=10),
        )

    def _address(self, name: str) -> dict[str, str]:
        given = self.given.get(name)
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.wrong(name, _("An object."))
            return {}
        self.known(given, f"{name}/", ADDRESS_FIELDS)
        return {
            key: self.text(given, key, f"{name}/", longest=200)
            for key in given
            if key in ADDRESS_FIELDS
        }

    def _line(self, given: dict, at: str) -> NewLine:
        self.known(given, at, LINE_FIELDS)
        self._same_currency(given, at)
        line = NewLine(
            sku=self.text(given, "sku", at, required=True, longest=80),
            name=self.text(given, "name", at, required=True, longest=200),
            seller=self.text(given, "seller", at, required=True, longest=40),
            quantity=self.whole(given, "quantity", at, low=1, high=100_000),
            unit_price=self.amount(given, "unit_price", at),
            discount=self.amount(given, "discount", at, default=0),
            shipping=self.amount(given, "shipping", at, default=0),
            tax_rate=self.rate(given, "tax_rate", at),
            barcode=self.text(given, "barcode", at, longest=40),
            category=self.text(given, "category", at, longest=80),
            ship_by=self.moment(given, "ship_by", at),
        )
        if line.discount > line.gross:
            self.wrong(
                f"{at}discount",
                _("More than the price of the items. At most %(gross)s.") % {"gross": line.gross},
            )
        return line

    def _payment(self, given: dict, at: str) -> NewPayment:
        self.known(given, at, PAYMENT_FIELDS)
        self._same_currency(given, at)
        if given.get("status", "captured") != "captured":
            self.wrong(
                f"{at}status",
                _("Only captured payments are taken in; capture an authorised payment first."),
                ["captured"],
            )
        return NewPayment(
            method=self.text(given, "method", at, required=True, longest=40),
            amount=self.amount(given, "amount", at),
            installments=self.whole(given, "installments", at, low=0, high=120, default=1),
            reference=self.text(given, "reference", at, longest=120),
        )

    def _past(self, given: dict, at: str) -> PastEvent:
        self.known(given, at, PAST_FIELDS)
        event = self.choice(given, "event", at, PAST_EVENTS)
        if given.get("event") is None:
            self.wrong(f"{at}event", _("This field is required."), PAST_EVENTS)
        return PastEvent(
            event=event,
            at=self.moment(given, "at", at),
            by=self.choice(given, "by", at, PEOPLE),
            reason=self.text(given, "reason", at, longest=40),
        )

    def _same_currency(self, given: dict, at: str) -> None:
        if given.get("currency") not in (None, self.given.get("currency")):
            self.wrong(f"{at}currency", _("An order has one currency."))

    # -- what fields say together ---------------------------------------------------------

    def _check_dates(self, new: NewOrder) -> None:
        soon = timezone.now() + SLACK
        if new.placed_at > soon:
            self.wrong("placed_at", _("An order cannot be placed in the future."))
        for position, past in enumerate(new.history):
            if past.at and past.at > soon:
                self.wrong(f"history/{position}/at", _("The past cannot lie in the future."))

    def _check_totals(self, new: NewOrder) -> None:
        total = self.amount(self.given, "total", "", default=new.total)
        if new.total > LARGEST or new.captured > LARGEST:
            self.wrong("total", _("At most %(most)s minor units.") % {"most": LARGEST})
        elif total != new.total:
            self.wrong(
                "total",
                _("The items add up to %(added)s (quantity × unit price − discount + shipping).")
                % {"added": new.total},
            )

    def _check_past(self, new: NewOrder) -> None:
        try:
            walk(new.history)
        except ImpossiblePast as impossible:
            self.problems.append(impossible)
