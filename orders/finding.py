"""How the Orders lists find what somebody typed, each way through an index of its own."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from moneyed import CURRENCIES

from core.money import currency_exponent
from core.ways import found_by, those_that_find
from orders import phones
from orders.elsewhere import DELIVERY_OPTION, REASON, TRACKING, found_elsewhere
from orders.numbering import in_full
from orders.spelling import begins, is_like_a_number, spellings

if TYPE_CHECKING:
    from core.scoping import ScopedQuerySet as Rows
else:
    Rows = object

USUAL_DECIMALS = 2
MOST_WITH_ONE_PHONE = 1000
UNSHIPPED = ("waiting_packaging", "preparing", "ready_to_ship")


class Found(Rows):
    """Ways to find rows of an Orders list: orders, or sellers' parts of them.

    `ORDER` leads from the row to its order, `CASE_OF` is what a case, a line and a package call
    the row: a seller finds their part only by what is in their own part.
    """

    ORDER = ""
    CASE_OF = "order"

    def searched(self, text: str):
        """What one box finds: the number alone where one begins so, else telephone, SKU and
        tracking number; where there is none of these, the customer by name or e-mail."""
        text = text.strip()
        coded = is_like_a_number(text)
        people = _customers().exactly(text)
        # Each spelling by itself: a range of the index, which two of them joined are not.
        numbered = [self._numbered_just(one) for one in numbers_meant(text)] if coded else []
        found = those_that_find([*numbered, *self._ways(text), people])
        if numbers := [way for way in found if way in numbered]:
            return found_by(self, numbers)
        codes = [way for way in found if way is not people]
        if codes and coded:
            return found_by(self, codes)
        if people not in found:
            people = _customers().alike(text)
        return found_by(self, [*codes, self._of(people)])

    def _ways(self, text: str) -> list[Any]:
        """By everything but the order's number and the customer's name."""
        from orders.models import OrderLine

        found: list[Any] = []
        if phones.ending(text):
            found.append(self.with_phone(text))
        if is_like_a_number(text):
            found.append(self._having(OrderLine.objects.filter(begins("sku", text))))
            found += [self._having(rows) for rows in found_elsewhere(TRACKING, text)]
        elif " " not in text and "@" not in text:
            exactly = OrderLine.objects.filter(sku__in={text, text.upper(), text.lower()})
            found.append(self._having(exactly))
        return found

    def _having(self, rows: Any):
        """Those that one of `rows` (lines, packages) belongs to."""
        return self.filter(pk__in=rows.order_by().values(self.CASE_OF))

    def numbered(self, numbers: list[str]):
        return self.filter(**{f"{self.ORDER}number__in": numbers})

    def numbered_like(self, text: str):
        """Those whose order number begins with `text`."""
        return self.filter(begins(f"{self.ORDER}number", text))

    def _numbered_just(self, text: str):
        return self.filter(**{f"{self.ORDER}number__startswith": text})

    def of_customer(self, text: str):
        """Whose customer goes by it; where nobody does, by something spelled much like it."""
        return self._of(_customers().going_by(text))

    def with_email(self, text: str):
        return self._of(_customers().at_address(text))

    def with_phone(self, text: str):
        """Who has this number is asked first: hardly anybody shares one, but PostgreSQL has no
        statistics of how numbers end, and would read all orders for the many that it expects."""
        people = _customers().with_phone(text).order_by().values_list("pk", flat=True)
        return self.filter(**{f"{self.ORDER}customer__in": list(people[:MOST_WITH_ONE_PHONE])})

    def _of(self, customers: Any):
        return self.filter(**{f"{self.ORDER}customer__in": customers.order_by().values("pk")})

    def with_sku(self, text: str):
        """With a product whose SKU begins with `text`."""
        from orders.models import OrderLine

        return self._named_by([OrderLine.objects.filter(begins("sku", text))])

    def tracked_as(self, text: str):
        """With a package whose tracking number begins with `text`."""
        return self._named_by(found_elsewhere(TRACKING, text))

    def sent_by(self, text: str):
        """With a package that goes by the delivery option of this code or name."""
        return self._named_by(found_elsewhere(DELIVERY_OPTION, text))

    def because(self, text: str):
        """With a request for the reason of this code, or with this in its text."""
        return self._named_by(found_elsewhere(REASON, text))

    def _named_by(self, found: list[Any]):
        which = Q(pk__in=[])
        for rows in found:
            which |= Q(pk__in=rows.order_by().values(self.CASE_OF))
        return self.filter(which)

    def paid_by(self, method: str):
        """Paid, at least in part, by this method; "card" stands for every kind of card."""
        from orders.models import Payment

        order = OuterRef("order_id" if self.ORDER else "pk")
        payments = Payment.objects.filter(order=order, method__in=kinds_of(method))
        return self.filter(Exists(payments))

    def of_total(self, lowest: Decimal | None, highest: Decimal | None, currency: str = ""):
        """Between two amounts, both included, as they are written in the row's own currency.

        No index knows amounts: a rare one walks the list. So each row is asked for its total first,
        which is an integer of its own, and only where that fits for its currency, which may
        stand in another table.
        """
        if currency:
            fits = _between(lowest, highest, currency_exponent(currency))
            return self.filter(fits, **{f"{self.ORDER}currency": currency})
        column = f"{self.ORDER}currency__in"
        unusual = unusual_currencies()
        others = [code for codes in unusual.values() for code in codes]
        which = _between(lowest, highest, USUAL_DECIMALS) & ~Q(**{column: others})
        for decimals, codes in unusual.items():
            which |= _between(lowest, highest, decimals) & Q(**{column: codes})
        return self.filter(which)


def _between(lowest: Decimal | None, highest: Decimal | None, decimals: int) -> Q:
    """Totals between two amounts of a currency with so many decimals. An amount between two of its
    units lets in neither of them."""
    found = Q()
    if lowest is not None:
        found &= Q(total__gte=int(lowest.scaleb(decimals).to_integral_value(ROUND_CEILING)))
    if highest is not None:
        found &= Q(total__lte=int(highest.scaleb(decimals).to_integral_value(ROUND_FLOOR)))
    return found


def _customers() -> Any:
    from orders.models import Customer

    return Customer.objects


def numbers_meant(text: str) -> list[str]:
    """How a number that is meant by `text` may begin."""
    full = in_full(text)
    return [*spellings(text), full] if full else spellings(text)


def kinds_of(method: str) -> list[str]:
    """The payment methods that somebody means by this word."""
    from orders.presenters.detail import METHODS

    word = method.lower().replace(" ", "_").replace("-", "_")
    return sorted({word, *(known for known in METHODS if word in known.split("_"))})


@cache
def unusual_currencies() -> dict[int, list[str]]:
    """{decimals: currencies} of those that have not two."""
    found: dict[int, list[str]] = {}
    for code in CURRENCIES:
        decimals = currency_exponent(code)
        if decimals != USUAL_DECIMALS:
            found.setdefault(decimals, []).append(code)
    return found


def overdue_parts(now: Any = None) -> Q:
    """Parts that should have been handed over by now, and were not."""
    return Q(status__in=UNSHIPPED, ship_by__lt=now or timezone.now())
