"""One act per key, however often it is sent; the answer is kept with the act.

One outer transaction holds the act and its record, so a crash leaves neither. Whoever sends the
same key meanwhile is told so (programs) or waits (pages). A kept answer is given again for 30
days; after that the natural unique keys still hold.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.accounts.models import IdempotencyRecord
from core.actors import Actor
from core.bulk import insert
from core.errors import DomainError
from core.statements import fetched_one

KEPT = timedelta(days=30)
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"
Result = TypeVar("Result")


class RequestInFlight(DomainError):
    """The same key is being worked on at this moment."""

    code = "request_in_flight"
    status = 409
    message = _("A request with this Idempotency-Key is being worked on. Send it again shortly.")
    retry_after = 1  # seconds


class KeyReused(DomainError):
    """The key has been used for something else."""

    code = "idempotency_key_reused"
    status = 422
    message = _("This Idempotency-Key was used for another request. Use a new key.")


@dataclass(frozen=True)
class Answer:
    """What is sent back. One that is not `kept` is not stored, and must come of an act that did
    nothing."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    kept: bool = True
    replayed: bool = False


class Refused(Exception):
    """Raised by an act: all that it did is undone, and this is the answer."""

    def __init__(self, answer: Answer):
        super().__init__(answer.status)
        self.answer = answer


def principal_of(actor: Actor) -> str:
    """Whose keys they are: two people, two tokens or two surfaces never meet in one key."""
    if actor.token_id is not None:
        return f"token:{actor.token_id}"
    return f"user:{actor.user_id}:{actor.role}:{actor.seller_id or '-'}"


def once(
    *,
    principal: str,
    key: str,
    request_hash: str,
    act: Callable[[], Answer],
    wait: bool = False,
) -> Answer:
    """Run `act` unless this key has an answer already; then give that one (`replayed`).

    wait: stand in line behind the same key instead of raising RequestInFlight.
    Raises RequestInFlight, KeyReused, and whatever `act` raises (then nothing is kept), but for
    Refused: its answer is given.
    """
    try:
        return once_more_on_deadlock(lambda: _once(principal, key, request_hash, act, wait))
    except Refused as refused:
        answer = refused.answer
    if not answer.kept:
        return answer
    # What was refused is undone; its answer is kept all the same.
    return _once(principal, key, request_hash, lambda: answer, wait)


@transaction.atomic
def _once(
    principal: str, key: str, request_hash: str, act: Callable[[], Answer], wait: bool
) -> Answer:
    _take_turn(principal, key, wait)
    there = fetched_one(_KEPT, [principal, key])
    if there and there[1] < timezone.now() - KEPT:
        IdempotencyRecord.objects.filter(pk=there[0]).delete()
    elif there:
        kept = IdempotencyRecord.objects.get(pk=there[0])
        if kept.request_hash != request_hash:
            raise KeyReused()
        return Answer(kept.status, kept.body, kept.headers, replayed=True)
    answer = act()
    if answer.kept:
        record = IdempotencyRecord(
            principal=principal,
            key=key,
            request_hash=request_hash,
            status=answer.status,
            body=answer.body,
            headers=answer.headers,
        )
        insert([record])
    return answer


_KEPT = "SELECT id, created_at FROM accounts_idempotencyrecord WHERE principal = %s AND key = %s"


def _take_turn(principal: str, key: str, wait: bool) -> None:
    digest = hashlib.sha256(f"{principal}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            return
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise RequestInFlight()


def once_more_on_deadlock(act: Callable[[], Result]) -> Result:
    """PostgreSQL ended one of two entangled transactions: run the whole act a second time.

    Inside a transaction it cannot be helped here; the outermost one tries again.
    """
    try:
        return act()
    except OperationalError as error:
        code = getattr(error.__cause__, "pgcode", None)
        if code not in {DEADLOCK, SERIALIZATION_FAILURE} or connection.in_atomic_block:
            raise
    return act()


def forget_old_keys() -> int:
    """Answers older than 30 days go. Returns how many went."""
    deleted, _rows = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted
