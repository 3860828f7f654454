"""Time that runs out: calendars, rules as data, and a sweep that acts on what has passed.

    deadline = arm("cancellation.answer", subject=case, zone=seller.time_zone, actor=actor)
    disarm("cancellation.answer", subject=case, outcome="approved")

    @on_expiry("cancellation.answer")
    def silence_approves(deadline): ...

`arm`, `disarm`, `due_for` and `handle_passed` stand in `core.deadlines.operations`.
"""

from core.deadlines.expiry import on_expiry
from core.events.slots import claim_slot

__all__ = ["claim_slot", "on_expiry"]
