import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from core.actors import Actor, Via
from core.bulk import FEW, copy, insert, insert_few
from core.events.subscriptions import WITHIN, subscribers_of

if TYPE_CHECKING:
    from core.events.models import Event

logger = logging.getLogger(__name__)
NOW: Any = object()  # "happened now": told apart from None, which means "not known when"


@dataclass
class Entry:
    """One event to be recorded. `subject` is a `Recorded` row whose version is already bumped."""

    type: str
    subject: Any
    data: dict[str, Any] = field(default_factory=dict)
    seq: int | None = None
    occurred_at: datetime | None = NOW
    inferred: bool = False


def record(event_type: str, /, *, subject: Any, actor: Actor, **data: Any) -> "Event":
    """Write down what happened, in the caller's transaction; tell subscribers after it."""
    return record_many([Entry(type=event_type, subject=subject, data=data)], actor=actor)[0]


def record_many(entries: Iterable[Entry], *, actor: Actor) -> list["Event"]:
    """Write down several events, and what is owed of them, with one statement.

    An imported past (`actor.via` is "import") has no effects: no deliveries, no reactions. Within
    `together()` they are written later, and have no pk before.
    """
    from core.events.models import Event

    _only_in_a_transaction()
    events = [Event(**_facts(entry, actor)) for entry in entries]
    waiting = _waiting.get()
    if waiting is None:
        _write(events)
        return events
    waiting += events
    if any(event.type in WITHIN for event in events):  # a reaction must find its event
        _write_waiting(waiting)
    return events


# Recorded within `together()`, and not yet written.
_waiting: ContextVar["list[Event] | None"] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is recorded within is written with one statement when the block ends, in its order;
    sooner where something reacts to it within the transaction."""
    if _waiting.get() is not None:
        yield
        return
    waiting: list[Event] = []
    before = _waiting.set(waiting)
    try:
        yield
        _write_waiting(waiting)
    finally:
        _waiting.reset(before)


def _write_waiting(waiting: "list[Event]") -> None:
    events = waiting.copy()
    waiting.clear()
    _write(events)


def _write(events: "list[Event]") -> None:
    heard = [event for event in events if event.via != Via.IMPORT]
    owed = [
        (kind, name)
        for kind in dict.fromkeys(event.type for event in heard)
        for name in subscribers_of(kind)
    ]
    if owed and len(heard) == len(events) < FEW:
        insert_few(events, _OWE_ALONG, [list(column) for column in zip(*owed, strict=True)])
        _nudge_afterwards(event.pk for event in heard if subscribers_of(event.type))
    else:
        insert(events)
        _owe(heard)
    for event in heard:
        for reaction in WITHIN.get(event.type, []):
            reaction(event)


def _owe(events: "list[Event]") -> None:
    owed = [(event.pk, name) for event in events for name in subscribers_of(event.type)]
    if owed:
        event_ids, subscribers = (list(column) for column in zip(*owed, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_OWE, [event_ids, subscribers])
        _nudge_afterwards(event_ids)


def _nudge_afterwards(event_ids: Iterable[int]) -> None:
    transaction.on_commit(partial(_nudge_deliveries, sorted(set(event_ids))))


# Due by the database's clock, which is the one that deliveries are asked by.
_OWE = """
    INSERT INTO events_delivery (event_id, subscriber, attempts, next_attempt_at, last_error)
    SELECT event_id, subscriber, 0, statement_timestamp(), ''
    FROM unnest(%s::bigint[], %s::text[]) AS owed(event_id, subscriber)
"""
_OWE_ALONG = """
    INSERT INTO events_delivery (event_id, subscriber, attempts, next_attempt_at, last_error)
    SELECT made.id, owed.subscriber, 0, statement_timestamp(), ''
    FROM made JOIN unnest(%s::text[], %s::text[]) WITH ORDINALITY AS owed(type, subscriber, place)
         ON owed.type = made.type
    ORDER BY made.id, owed.place
"""


def record_past(entries: Iterable[Entry], *, actor: Actor) -> None:
    """Write down much of an imported past: without effects, and without handing it back."""
    from core.events.models import Event

    _only_in_a_transaction()
    if actor.via != Via.IMPORT:
        raise ValueError("Only an import tells a past; what happens now has effects.")
    facts = [_facts(entry, actor) for entry in entries]
    if facts:
        copy(Event, list(facts[0]), (tuple(fact.values()) for fact in facts))


def _only_in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction that makes it true.")


def _facts(entry: Entry, actor: Actor) -> dict[str, Any]:
    """The columns of the event that tells this entry."""
    about = entry.subject.about()
    now = timezone.now()
    return {
        "type": entry.type,
        "subject_type": entry.subject.EVENT,
        "subject_id": entry.subject.pk,
        "seq": entry.seq if entry.seq is not None else entry.subject.version,
        "order_id": about["order_id"],
        "seller_id": about["seller_id"],
        "actor_role": actor.role,
        "actor_user_id": actor.user_id,
        "actor_seller_id": actor.seller_id,
        "via": actor.via,
        "occurred_at": now if entry.occurred_at is NOW else entry.occurred_at,
        "recorded_at": now,
        "imported": actor.via == Via.IMPORT,
        "inferred": entry.inferred,
        "data": entry.data,
    }


def _nudge_deliveries(event_ids: list[int]) -> None:
    from core.events.tasks import deliver_event

    for event_id in event_ids:
        if not nudge(deliver_event, event_id=event_id):
            break  # the next thousand would fail as well, while somebody waits for their page


def nudge(task: Any, **ids: int) -> bool:
    """Ring the doorbell: start `task` soon. Says whether the broker heard it.

    A broker that is away loses nothing but time, because a sweeper finds the row: so its failure
    is logged and swallowed.
    """
    try:
        # Without what Celery would find out for each message: how to write the arguments for a
        # log, and whether the queue is known, which its workers see to.
        task.apply_async(kwargs=ids, retry=False, argsrepr="()", kwargsrepr=str(ids), declare=())
    except Exception as error:  # any broker error: the row stands, the sweeper comes by
        logger.warning("Nudge of %s was not sent (%s); the sweeper will do it.", task.name, error)
        return False
    return True
