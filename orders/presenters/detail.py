"""One order, as one actor may see it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.money import share
from core.together import Ask, read_known
from orders.models import Case, Order, OrderItem, OrderLine, OrderStatus, Payment, SellerOrder
from orders.policies import may_be_asked_back, may_cancel
from orders.presenters.rows import Notice, request_code

# The least advanced first: what waits for work stands on top, what has ended at the bottom.
STATUS_ORDER = {status: place for place, status in enumerate(OrderStatus)}

METHODS = {
    "credit_card": _("Credit card"),
    "debit_card": _("Debit card"),
    "card": _("Card"),
    "voucher": _("Voucher"),
    "store_credit": _("Store credit"),
    "boleto": _("Boleto"),
    "bank_transfer": _("Bank transfer"),
    "not_defined": _("Method not known"),
}


def method_words(method: str) -> str | Promise:
    """A payment method for readers; a code that nobody described stays readable."""
    words = method.replace("_", " ").strip()
    return METHODS.get(method, words[:1].upper() + words[1:])


@dataclass
class ProductRow:
    """Items of one line that share a status and a request; pages show them as one row.

    Amounts are minor units: `gross` − `discount` = `total`, without shipping.
    """

    line: OrderLine
    seller: str
    request: Case | None = None  # the open one
    items: list[OrderItem] = field(default_factory=list)

    @property
    def request_code(self) -> str:
        return request_code(self.request.kind) if self.request else ""

    @property
    def can_cancel(self) -> bool:
        return may_cancel(self.items[0]) is None

    @property
    def can_return(self) -> bool:
        return may_be_asked_back(self.items[0])

    @property
    def quantity(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def numbers(self) -> str:
        return ", ".join(item.number for item in self.items)

    @property
    def gross(self) -> int:
        return self.quantity * self.line.unit_price

    @property
    def discount(self) -> int:
        return self.gross - self.total

    @property
    def discount_signed(self) -> int:
        return -self.discount

    @property
    def total(self) -> int:
        return sum(product_share(item) for item in self.items)


@dataclass
class ProductGroup:
    """Rows of one status at one seller."""

    status: str
    seller: str
    ship_by: datetime | None
    rows: list[ProductRow] = field(default_factory=list)

    @property
    def units(self) -> int:
        return sum(row.quantity for row in self.rows)

    @property
    def has_ended(self) -> bool:
        return self.status in OrderItem.ENDED


def product_share(item: OrderItem) -> int:
    """What an item costs after its discount: the very share that a refund of it gives back."""
    return _share_of(item, item.line.gross - item.line.discount)


def shipping_share(item: OrderItem) -> int:
    return _share_of(item, item.line.shipping)


def _share_of(item: OrderItem, amount: int) -> int:
    return share(amount, item.line.quantity, item.first_unit, item.last_unit)


def _by_status(item: OrderItem) -> tuple[int, int]:
    return STATUS_ORDER[OrderStatus(item.status)], item.seller_id


def _belongings(actor: Actor, order: int) -> tuple[QuerySet, ...]:
    """An order's parts, items, cases and payments, as far as the actor may see them."""
    parts, items, cases, payments = (
        model.objects.visible_to(actor).filter(order=order)
        for model in (SellerOrder, OrderItem, Case, Payment)
    )
    return (
        parts.select_related("seller").order_by("pk"),
        items.select_related("line").order_by("line__position", "first_unit"),
        cases.order_by("-pk"),
        payments.order_by("position"),
    )


class OrderDetail:
    """An order as one actor may see it: for a seller their part only, without payments.

    Takes an order that was loaded through `visible_to(actor)`; reads what belongs to it in one
    statement, when first asked.
    """

    def __init__(self, order: Order, actor: Actor):
        self.order = order
        self.actor = actor

    def read_with(self, *asks: Ask) -> list[list]:
        """The rows that these ask for of the order, as `core.together.read_known` calls them: in
        the statement that reads what belongs to the order, where that is still to be read."""
        if "_belongings" in vars(self):
            return read_known(*asks, actor=self.actor, order=self.order.pk)
        parts, items, cases, payments, *rest = read_known(
            _belongings, *asks, actor=self.actor, order=self.order.pk
        )
        sellers = {part.seller_id: part.seller for part in parts}
        for row in (*parts, *items, *cases, *payments):
            row.order = self.order
        for item in items:
            item.seller = sellers[item.seller_id]
        self._belongings = parts, items, cases, payments
        return rest

    @cached_property
    def _belongings(self) -> tuple[list, ...]:
        self.read_with()
        return self._belongings

    @property
    def parts(self) -> list[SellerOrder]:
        return self._belongings[0]

    @property
    def items(self) -> list[OrderItem]:
        return self._belongings[1]

    @property
    def cases(self) -> list[Case]:
        return self._belongings[2]

    @property
    def payments(self) -> list[Payment]:
        return self._belongings[3]

    @property
    def case_count(self) -> int:
        return len(self.cases)

    @property
    def has_returns(self) -> bool:
        return any(case.kind == Case.Kind.RETURN for case in self.cases)

    @property
    def shows_cancellations(self) -> bool:
        """Whether there are some, or nothing at all: then it is said that there are none."""
        kinds = {case.kind for case in self.cases}
        return not kinds or Case.Kind.CANCEL in kinds

    @cached_property
    def is_for_seller(self) -> bool:
        return self.actor.role is Role.SELLER

    @cached_property
    def amounts(self) -> Order | SellerOrder:
        """What carries product_total, discount, shipping, tax and total for this reader."""
        return self.parts[0] if self.is_for_seller else self.order

    @property
    def discount(self) -> int:
        """As the sums show it: taken away."""
        return -self.amounts.discount

    @property
    def status(self) -> str:
        return self.amounts.status

    @property
    def currency(self) -> str:
        return self.order.currency

    @property
    def unit_count(self) -> int:
        return sum(part.unit_count for part in self.parts)

    @property
    def notice(self) -> Notice | None:
        """The request to show beside the status, if one is waiting."""
        waiting = [case for case in self.cases if case.status == Case.Status.WAITING]
        if not waiting:
            return None
        first = min(waiting, key=lambda case: (case.due_at is None, case.due_at, case.pk))
        return Notice(request_code(first.kind), first.number, first.due_at, first.opened_at)

    @cached_property
    def seller_names(self) -> dict[int, str]:
        return {part.seller_id: part.seller.name for part in self.parts}

    @cached_property
    def groups(self) -> list[ProductGroup]:
        """The products by status and seller, the least advanced first."""
        ship_by = {part.seller_id: part.ship_by for part in self.parts}
        requests = {case.pk: case for case in self.cases}
        groups: dict[tuple, ProductGroup] = {}
        rows: dict[tuple, ProductRow] = {}
        for item in sorted(
            self.items, key=lambda item: (STATUS_ORDER[item.status], item.seller_id)
        ):
            seller = self.seller_names[item.seller_id]
            place = (item.status, item.seller_id)
            group = groups.setdefault(
                place, ProductGroup(item.status, seller, self._due(item, ship_by))
            )
            key = (*place, item.line_id, item.open_case_id)
            if key not in rows:
                rows[key] = ProductRow(item.line, seller, requests.get(item.open_case_id))
                group.rows.append(rows[key])
            rows[key].items.append(item)
        return list(groups.values())

    def _due(self, item: OrderItem, ship_by: dict[int, datetime | None]) -> datetime | None:
        return ship_by[item.seller_id] if item.is_unshipped else None

    @cached_property
    def units_by_status(self) -> dict[str, int]:
        units: dict[str, int] = {}
        for item in self.items:
            units[item.status] = units.get(item.status, 0) + item.quantity
        return units

    @property
    def can_cancel(self) -> bool:
        """Whether anything may still be asked to be cancelled."""
        return any(may_cancel(item) is None for item in self.items)

    @property
    def can_ask(self) -> bool:
        """Whether anything may be asked to be cancelled or returned; whether it is inside the
        days to return it is said where it is asked."""
        return self.can_cancel or any(may_be_asked_back(item) for item in self.items)

    # Money of the whole order, minor units; a seller has no payments to add up.

    @property
    def given_back(self) -> int:
        """Refunded, or on its way back."""
        return sum(payment.refund_reserved for payment in self.payments)

    @property
    def given_back_signed(self) -> int:
        return -self.given_back

    @property
    def net(self) -> int:
        return sum(payment.amount for payment in self.payments) - self.given_back
