"""The rows of one chunk while they are made, and how they are written: one COPY per table."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import models

from cancellations.models import CancellationItem, CancellationRequest
from core.actors import Actor, Via
from core.bulk import copy
from core.deadlines.models import Deadline
from core.events.models import Event
from core.states import Recorded, Stateful
from finance.models import LedgerEntry, LedgerTransaction
from finance.operations import AccountKey, Posting
from marketplace.seed.cast import Cast
from marketplace.seed.ids import Ids
from orders.models import Case, Customer, Order, OrderItem, OrderLine, Payment, SellerOrder
from packages.models import Package, PackageItem
from refunds.models import RefundAttempt, RefundLine, RefundPart, RefundPlan

# Every table that chunks write to, each after what it points at.
TABLES: tuple[Any, ...] = (
    Customer,
    Order,
    SellerOrder,
    OrderLine,
    Case,
    OrderItem,
    Payment,
    Package,
    PackageItem,
    CancellationRequest,
    CancellationItem,
    RefundPlan,
    RefundLine,
    RefundPart,
    RefundAttempt,
    Deadline,
    Event,
    LedgerTransaction,
    LedgerEntry,
)
# Most rows there are of, and told by nobody: kept as values, which takes a third of the time.
COLUMNS: dict[Any, tuple[str, ...]] = {
    LedgerTransaction: (
        "id",
        "reference",
        "kind",
        "order_id",
        "seller_id",
        "posted_at",
        "occurred_at",
    ),
    LedgerEntry: ("id", "transaction_id", "account_id", "amount", "currency"),
    PackageItem: ("id", "package_id", "item_id", "seller_order_id", "removed_at"),
}
COLUMNS[Event] = (
    "id",
    "type",
    "subject_type",
    "subject_id",
    "seq",
    "order_id",
    "seller_id",
    "actor_role",
    "actor_user_id",
    "actor_seller_id",
    "via",
    "occurred_at",
    "recorded_at",
    "imported",
    "inferred",
    "data",
)


class Sheets:
    """Rows by table, their events, and what they move in the ledger."""

    def __init__(self, cast: Cast, chunk: int):
        self.cast = cast
        self.shape = cast.shape
        self.ids = Ids(chunk)
        self.rows: dict[Any, list] = {model: [] for model in TABLES}
        self.balances: dict[AccountKey, int] = defaultdict(int)

    def add(self, row: models.Model) -> Any:
        """Give a row its key and keep it."""
        if row.pk is None:
            row.pk = self.ids.next(type(row))
        self.rows[type(row)].append(row)
        return row

    def add_content(self, package_id: int, item: OrderItem) -> list[Any]:
        """Put an item into a package; the last value is when it was taken out again."""
        row = [self.ids.next(PackageItem), package_id, item.pk, item.seller_order_id, None]
        self.rows[PackageItem].append(row)
        return row

    # -- What happened: the shapes of core.states, without a database --------------------------

    def tell(
        self,
        row: Recorded,
        event: str,
        actor: Actor,
        at: datetime | None,
        *,
        inferred: bool = False,
        **data: Any,
    ) -> None:
        """`row.note(…)` at that moment; None where an imported past does not know it."""
        row.version += 1
        row.updated_at = at or row.updated_at
        role, user_id, seller_id, via, imported = _facts_of(actor)
        about = row.about()
        self.rows[Event].append(
            [
                self.ids.next(Event),
                event,
                row.EVENT,
                row.pk,
                row.version,
                about["order_id"],
                about["seller_id"],
                role,
                user_id,
                seller_id,
                via,
                at,
                self.shape.now if imported else at,
                imported,
                inferred,
                data,
            ]
        )

    def begin(self, row: Stateful, actor: Actor, at: datetime | None, **data: Any) -> None:
        """`row.begin(…)` at that moment."""
        self.tell(row, f"{row.EVENT}.{row.status}", actor, at, to=row.status, **data)

    def move(
        self, row: Stateful, status: str, actor: Actor, at: datetime | None, **data: Any
    ) -> None:
        """`row.transition_to(status, …)` at that moment."""
        data = {"from": row.status, "to": status} | data
        row.status = status
        self.tell(row, f"{row.EVENT}.{status}", actor, at, **data)

    # -- Money --------------------------------------------------------------------------------

    def post(self, postings: Iterable[Posting], posted_at: datetime) -> None:
        """Write down what moves money; what moves none is left out, as in finance.operations."""
        for posting in postings:
            if not posting.movements:
                continue
            transaction_id = self.ids.next(LedgerTransaction)
            self.rows[LedgerTransaction].append(
                [
                    transaction_id,
                    posting.reference,
                    posting.kind,
                    posting.order_id,
                    posting.seller_id,
                    posted_at,
                    posting.occurred_at,
                ]
            )
            for key, amount in posting.movements.items():
                self.balances[key] += amount
                self.rows[LedgerEntry].append(
                    [
                        self.ids.next(LedgerEntry),
                        transaction_id,
                        self.cast.accounts[key],
                        amount,
                        posting.currency,
                    ]
                )

    # -- Onto disk ----------------------------------------------------------------------------

    def tables(self) -> Iterable[tuple[Any, list[str], Iterable]]:
        """Each table with its columns and its rows as values."""
        for model, rows in self.rows.items():
            if model in COLUMNS:
                yield model, list(COLUMNS[model]), rows
            else:
                names = [field.attname for field in model._meta.local_concrete_fields]
                of = attrgetter(*names)
                yield model, names, (of(row) for row in rows)

    def write(self) -> None:
        for model, names, rows in self.tables():
            if (
                model is Deadline
            ):  # few, and with an array of moments that COPY would be told as JSON
                Deadline.objects.bulk_create(self.rows[Deadline])
            else:
                copy(model, names, rows)

    def count(self) -> int:
        return sum(len(rows) for rows in self.rows.values())


@cache
def _facts_of(actor: Actor) -> tuple[str, int | None, int | None, str, bool]:
    imported = actor.via == Via.IMPORT
    return actor.role.value, actor.user_id, actor.seller_id, actor.via.value, imported
