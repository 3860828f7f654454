import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from core.actors import Actor, Via
from core.bulk import copy, insert
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
    """Write down several events with one statement; their deliveries with a second one.

    An imported past (`actor.via` is "import") has no effects: no deliveries, no reactions.
    """
    from core.events.models import Event

    _only_in_a_transaction()
    events = insert(Event(**_facts(entry, actor)) for entry in entries)
    if actor.via == Via.IMPORT:
        return events
    owed = [(event.pk, name) for event in events for name in subscribers_of(event.type)]
    if owed:
        event_ids, subscribers = (list(column) for column in zip(*owed, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_OWE, [event_ids, subscribers])
        transaction.on_commit(partial(_nudge_deliveries, sorted(set(event_ids))))
    for event in events:
        for reaction in WITHIN.get(event.type, []):
            reaction(event)
    return events


# Due by the database's clock, which is the one that deliveries are asked by.
_OWE = """
    INSERT INTO events_delivery (event_id, subscriber, attempts, next_attempt_at, last_error)
    SELECT event_id, subscriber, 0, statement_timestamp(), ''
    FROM unnest(%s::bigint[], %s::text[]) AS owed(event_id, subscriber)
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
