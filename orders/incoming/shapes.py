from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal


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
    category: str = ""
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


def moved_by(new: NewOrder, delta: timedelta) -> NewOrder:
    """The same order with all its dates moved; its digest stays that of the content as given."""

    def moved(moment: datetime | None) -> datetime | None:
        return moment and moment + delta

    return replace(
        new,
        placed_at=new.placed_at + delta,
        promised_by=moved(new.promised_by),
        lines=tuple(replace(line, ship_by=moved(line.ship_by)) for line in new.lines),
        history=tuple(replace(past, at=moved(past.at)) for past in new.history),
    )
