"""States are a table with one way to move along it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.bulk import insert
from core.errors import InvalidTransition
from core.events import Entry, record, record_many
from core.statements import fetched_one
from core.transactions import joined


class Recorded(models.Model):
    """A row whose changes are events; `version` is the seq of the newest one, and its ETag."""

    # What the event log calls it: "order_item" makes "order_item.cancelled".
    EVENT: ClassVar[str]

    version = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def about(self) -> dict[str, int | None]:
        """The order and the seller this row belongs to, for its events: `order_id`, `seller_id`."""
        return {
            "order_id": getattr(self, "order_id", None),
            "seller_id": getattr(self, "seller_id", None),
        }

    @joined
    def note(self, event: str, *, actor: Actor, **data: Any) -> None:
        """Record that something happened to this row which is not a change of its status."""
        self._bump(timezone.now())
        record(event, subject=self, actor=actor, **data)

    def _bump(self, now: datetime) -> None:
        table = connection.ops.quote_name(self._meta.db_table)
        bumped = fetched_one(
            f"UPDATE {table} SET version = version + 1, updated_at = %s "  # noqa: S608
            "WHERE id = %s RETURNING version",
            [now, self.pk],
        )
        if bumped is None:
            raise self.__class__.DoesNotExist
        (self.version,) = bumped
        self.updated_at = now


class Stateful(Recorded):
    """A model whose `status` moves only along its `TRANSITIONS` table."""

    TRANSITIONS: ClassVar[dict[str, set[str]]]
    Status: ClassVar[Any]  # a TextChoices; its codes are the keys of TRANSITIONS
    status: Any  # a column of every such model

    class Meta:
        abstract = True

    def can_become(self, status: str) -> bool:
        return status in self.TRANSITIONS[self.status]

    @joined
    def begin(self, *, actor: Actor, tells: int = 1, **data: Any) -> None:
        """Record the first event of a row in its first status; a row not yet saved is written.

        tells: how many events this act tells of a row that is not saved yet. Its version counts
        them all, and whoever calls records the others.
        """
        first = None
        if self._state.adding:
            first, self.version, self.updated_at = 1, tells, timezone.now()
            insert([self])
        else:
            self._bump(timezone.now())
        data = {"to": self.status, **data}
        entry = Entry(type=f"{self.EVENT}.{self.status}", subject=self, data=data, seq=first)
        record_many([entry], actor=actor)

    @joined
    def transition_to(self, status: str, *, actor: Actor, changes: dict | None = None, **data: Any):
        """Move to `status` and record it, both or neither.

        The update names the status we came from: if somebody else moved the row meanwhile, it
        matches nothing and we refuse instead of overwriting. `changes` are further columns set
        in the same statement; `data` goes into the event. Raises InvalidTransition.
        """
        move([self], status, actor=actor, changes=changes, **data)


@transaction.atomic
def move(
    rows: Sequence[Stateful],
    status: str,
    *,
    actor: Actor,
    changes: dict | None = None,
    data_of: dict[int, dict] | None = None,
    **data: Any,
) -> None:
    """Move several rows of one model to `status`: all or none, one UPDATE per origin.

    Raises InvalidTransition when the table does not allow a move, or when any row has been moved
    by somebody else. `data_of` adds event data per pk.
    """
    if not rows:
        return
    model: Any = type(rows[0])
    for row in rows:
        if not row.can_become(status):
            raise InvalidTransition(
                _("%(subject)s cannot become %(status)s; it is %(current)s.")
                % {
                    "subject": row,
                    "status": model.Status(status).label,
                    "current": model.Status(row.status).label,
                },
                allowed=sorted(row.TRANSITIONS[row.status]),
            )
    now = timezone.now()
    previous = {row.pk: row.status for row in rows}
    for origin in sorted(set(previous.values())):
        from_origin = [row.pk for row in rows if previous[row.pk] == origin]
        moved = model._base_manager.filter(pk__in=from_origin, status=origin).update(
            status=status, version=F("version") + 1, updated_at=now, **(changes or {})
        )
        if moved != len(from_origin):
            raise InvalidTransition()
    versions = dict(model._base_manager.filter(pk__in=previous).values_list("pk", "version"))
    for row in rows:
        row.status, row.version, row.updated_at = status, versions[row.pk], now
        for name, value in (changes or {}).items():
            setattr(row, name, value)
    entries = [
        Entry(
            type=f"{model.EVENT}.{status}",
            subject=row,
            data={"from": previous[row.pk], "to": status} | data | (data_of or {}).get(row.pk, {}),
        )
        for row in rows
    ]
    record_many(entries, actor=actor)


def reachable(transitions: dict[str, Iterable[str]], start: str) -> set[str]:
    """Every status that can be reached from `start`; a test holds each table against its enum."""
    reached, waiting = {start}, [start]
    while waiting:
        new = set(transitions[waiting.pop()]) - reached
        reached |= new
        waiting += new
    return reached
