"""One table is audit trail, timeline and outbox.

`record()` writes what happened in the caller's transaction; `@on("noun.verbed")` subscribes.
The row is the promise, a task is only a nudge.
"""

from core.events.log import Entry, nudge, record, record_many, record_past, together
from core.events.subscriptions import on

__all__ = ["Entry", "nudge", "on", "record", "record_many", "record_past", "together"]
