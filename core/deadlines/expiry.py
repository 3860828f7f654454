"""What happens when a deadline passes: one handler per step, written by the app that owns it."""

from collections.abc import Callable
from typing import Any

Handler = Callable[[Any], str | None]

HANDLERS: dict[str, Handler] = {}


def on_expiry(*steps: str) -> Callable[[Handler], Handler]:
    """Call the function with the `Deadline` when one of these steps has passed, exactly once.

    It runs in the transaction that closes the deadline. It takes its own locks (the order first),
    reads the subject as it is now, acts on `deadline.action` (approve, reject, escalate), and may
    return what came of it in a word; `deadline.action` stands otherwise. Register it in the app's
    `subscribers.py`.
    """

    def register(handler: Handler) -> Handler:
        for step in steps:
            known = HANDLERS.get(step)
            if known not in (None, handler):
                raise ValueError(f"{step!r} has a handler already: {known}.")
            HANDLERS[step] = handler
        return handler

    return register
