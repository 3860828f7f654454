"""The one way in for orders: from the API, from another system's past, from a demo."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor, Via
from core.bulk import insert
from core.deadlines.operations import Start, arm_many
from core.deadlines.schedule import Schedule, schedule_of
from core.errors import Conflict, InvalidInput, Problems
from core.events import Entry, record_many
from core.statements import fetched
from core.transactions import joined
from finance.operations import post_captures
from orders import policies
from orders.incoming import NewCustomer, NewOrder
from orders.models import Customer, Order, OrderItem, SellerOrder
from orders.operations import freezing
from orders.operations.tender import refuse_overdrawn, spent_credit
from sellers.models import Seller

SHIP_BY = "package.ship_by"  # the step: how long a seller has to ship
CUSTOMER_WORDS = ("first_name", "last_name", "email", "phone", "language")
CUSTOMER_COLUMNS = ("channel", "external_id", *CUSTOMER_WORDS)


class NumberTaken(Conflict):
    """The number is there already, and says something else."""

    code = "order_number_taken"


class UnknownSeller(InvalidInput):
    code = "unknown_seller"


@dataclass(frozen=True)
class Placed:
    """What became of one new order. `created` is False when it was there already, unchanged;
    `items` are then left out, each otherwise with its `line` and `seller_order`."""

    order: Order
    created: bool
    items: tuple[OrderItem, ...] = ()


def place_order(new: NewOrder, *, actor: Actor) -> Placed:
    """Take one order in: see `place_orders`."""
    return place_orders([new], actor=actor)[0]


@joined
def place_orders(batch: Sequence[NewOrder], *, actor: Actor) -> list[Placed]:
    """Take orders in, all or none, with a handful of statements however many they are.

    Freezes every amount, splits what was captured over lines and sellers, posts the ledger and
    records `order.placed`. The same number with the same content changes nothing, however many
    come with it at the same moment. A payment of the method `store_credit` spends what the
    customer has left; an imported past spends nothing. Raises NumberTaken for the same number
    with other content, Problems for unknown sellers, CreditNotLeft, NotAllowed.
    """
    if refusal := policies.may_place(actor):
        raise refusal
    there = _claim_numbers(batch)
    fresh: dict[str, NewOrder] = {}
    for new in batch:
        known = there.get(new.number)
        digest = known.content_digest if known else fresh.setdefault(new.number, new).digest
        if digest != new.digest:
            raise NumberTaken(
                _("Order %(number)s is there already, with other content.")
                % {"number": new.number},
                field="number",
            )
    created = _write(list(fresh.values()), actor) if fresh else {}
    return [
        created[new.number]
        if fresh.get(new.number) is new
        else Placed(there.get(new.number) or created[new.number].order, created=False)
        for new in batch
    ]


def _claim_numbers(batch: Sequence[NewOrder]) -> dict[str, Order]:
    """The orders that are there already. Whoever places one of these numbers at this moment is
    waited for.

    A row that is not there yet cannot be locked, so the numbers are, in one order everywhere.
    """
    numbers = [new.number for new in batch]
    fetched(_CLAIM, [numbers])
    if not fetched(_ANY_THERE, [numbers]):
        return {}
    return {order.number: order for order in Order.objects.filter(number__in=numbers)}


_CLAIM = """
    SELECT pg_advisory_xact_lock(claim)
    FROM (SELECT DISTINCT hashtextextended('order:' || number, 0) AS claim
          FROM unnest(%s) AS number ORDER BY claim) AS claims
"""
_ANY_THERE = "SELECT 1 FROM orders_order WHERE number = ANY(%s) LIMIT 1"


def _sellers_of(batch: Sequence[NewOrder]) -> dict[str, Seller]:
    codes = {line.seller for new in batch for line in new.lines}
    sellers = {seller.code: seller for seller in Seller.objects.filter(code__in=codes)}
    problems = [
        UnknownSeller(
            _("There is no seller with the code %(code)s.") % {"code": line.seller},
            field=f"items/{position}/seller",
        )
        for new in batch
        for position, line in enumerate(new.lines)
        if line.seller not in sellers
    ]
    if problems:
        raise Problems(problems)
    return sellers


def _write(batch: list[NewOrder], actor: Actor) -> dict[str, Placed]:
    sellers = _sellers_of(batch)
    imported = actor.via == Via.IMPORT
    if not imported:
        refuse_overdrawn(batch)
    customers = _customers_of(batch)
    schedule = None if imported else schedule_of(SHIP_BY)
    orders = insert(
        freezing.order_row(new, customers[new.channel, new.customer.external_id], imported=imported)
        for new in batch
    )
    if schedule is not None:
        batch = [_promised(new, sellers, schedule) for new in batch]
    pairs = list(zip(batch, orders, strict=True))
    parts = insert(
        part for new, order in pairs for part in freezing.seller_order_rows(new, order, sellers)
    )
    part_of = {(part.order_id, part.seller_id): part for part in parts}
    lines = insert(
        line for new, order in pairs for line in freezing.line_rows(new, order, part_of, sellers)
    )
    items = insert(freezing.whole_item(line) for line in lines)
    insert(payment for new, order in pairs for payment in freezing.payment_rows(new, order))
    credit = {} if imported else {order.pk: spent_credit(new) for new, order in pairs}
    post_captures(freezing.captures(orders, lines, credit), actor=actor)
    record_many([_placed_entry(order) for order in orders], actor=actor)
    if schedule is not None:
        _arm_ship_by(parts, schedule, actor)
    items_of: dict[int, list[OrderItem]] = defaultdict(list)
    for item in items:
        items_of[item.order_id].append(item)
    return {
        order.number: Placed(order, created=True, items=tuple(items_of[order.pk]))
        for order in orders
    }


def _promised(new: NewOrder, sellers: dict[str, Seller], schedule: Schedule) -> NewOrder:
    """The order with a day to ship by on every line: its own, else as the step's rule says.

    Time begins when the order is placed, but never before it came in: nobody packs what they have
    not heard of. An imported past keeps what it says.
    """
    start = max(new.placed_at, timezone.now())
    lines = tuple(
        line
        if line.ship_by
        else replace(line, ship_by=schedule.due(start, sellers[line.seller].time_zone))
        for line in new.lines
    )
    return replace(new, lines=lines)


def _arm_ship_by(parts: Sequence[SellerOrder], schedule: Schedule, actor: Actor) -> None:
    """One deadline per seller's part, at its earliest line: what is open then was missed."""
    starts = [
        Start(part, part.seller.time_zone, part.placed_at, due=part.ship_by) for part in parts
    ]
    arm_many(SHIP_BY, starts, actor=actor, schedule=schedule)


def _placed_entry(order: Order) -> Entry:
    return Entry(
        type="order.placed",
        subject=order,
        seq=1,
        data={"total": order.total, "captured": order.captured},
        occurred_at=order.placed_at,
    )


def _customers_of(batch: Sequence[NewOrder]) -> dict[tuple[str, str], Customer]:
    """The customers, made where they are new.

    What the latest order says of a customer stands; what it does not say is kept.
    """
    given = {(new.channel, new.customer.external_id): new.customer for new in batch}
    there = _customers_there(given)
    missing = [
        _customer(channel, given[channel, external_id])
        for channel, external_id in sorted(given.keys() - there.keys())
    ]
    if missing:
        there |= _make_customers(missing)
    changed = [there[key] for key, new in given.items() if _retold(there[key], new)]
    if changed:
        Customer.objects.filter(pk__in=[customer.pk for customer in changed]).locked()
        Customer.objects.bulk_update(changed, CUSTOMER_WORDS)
    return there


def _make_customers(missing: list[Customer]) -> dict[tuple[str, str], Customer]:
    wanted = {(customer.channel, customer.external_id): customer for customer in missing}
    columns = [[getattr(customer, name) for customer in missing] for name in CUSTOMER_COLUMNS]
    made: dict[tuple[str, str], Customer] = {}
    for pk, channel, external_id in fetched(_MAKE_CUSTOMERS, columns):
        customer = made[channel, external_id] = wanted.pop((channel, external_id))
        customer.pk = pk
        customer._state.adding = False
    # Somebody else has just made the same one: theirs serves as well.
    return made | (_customers_there(wanted) if wanted else {})


_MAKE_CUSTOMERS = f"""
    INSERT INTO orders_customer ({", ".join(CUSTOMER_COLUMNS)})
    SELECT * FROM unnest({", ".join(["%s::text[]"] * len(CUSTOMER_COLUMNS))})
    ON CONFLICT (channel, external_id) DO NOTHING
    RETURNING id, channel, external_id
"""  # noqa: S608 (names of our own columns)


def _customers_there(keys: dict) -> dict[tuple[str, str], Customer]:
    found = Customer.objects.filter(
        channel__in={channel for channel, _id in keys},
        external_id__in={external_id for _channel, external_id in keys},
    )
    return {(customer.channel, customer.external_id): customer for customer in found}


def _customer(channel: str, new: NewCustomer) -> Customer:
    words = {name: getattr(new, name) for name in CUSTOMER_WORDS}
    return Customer(channel=channel, external_id=new.external_id, **words)


def _retold(customer: Customer, new: NewCustomer) -> bool:
    """Take over what `new` says of the customer; whether that changed anything."""
    told = {name: getattr(new, name) for name in CUSTOMER_WORDS if getattr(new, name)}
    changed = {name: word for name, word in told.items() if getattr(customer, name) != word}
    for name, word in changed.items():
        setattr(customer, name, word)
    return bool(changed)
