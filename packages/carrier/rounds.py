"""The carrier's rounds: look what was shipped, tell what is due."""

import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from packages.carrier.journeys import Message, journey, shipped_since

PATIENCE = 10.0  # seconds
AFTER_TROUBLE = 5.0  # seconds until the next try
AFTER_REFUSAL = 30.0  # a token that is not valid will hardly be so in a moment
LOOK_BACK = timedelta(minutes=2)


class NotNow(Exception):
    """The marketplace does not answer, or asks to wait `seconds`."""

    def __init__(self, seconds: float):
        super().__init__()
        self.seconds = seconds


class Marketplace:
    """The two calls of the API that a carrier makes."""

    def __init__(self, url: str, token: str):
        self._api = f"{url.rstrip('/')}/api/v1/"
        self._token = token

    def shipped(self, since: datetime) -> list[dict[str, Any]]:
        """Packages that are on their way and changed since this moment. Raises NotNow."""
        asked = {"status": "shipped", "updated_since": since.isoformat(), "page_size": 200}
        address: str | None = f"{self._api}packages/?{urlencode(asked)}"
        found: list[dict[str, Any]] = []
        while address:
            page = self._call(address)
            found += page["results"]
            address = page["next"]
        return found

    def tell(self, message: Message) -> str:
        """What became of the message: its outcome, or why it was refused. Raises NotNow."""
        address = f"{self._api}packages/{message.package}/events/"
        # Another key each time: that a carrier repeats itself is the API's to see, by `key`.
        try:
            return self._call(address, message.content(), {"Idempotency-Key": str(uuid4())})[
                "outcome"
            ]
        except urllib.error.HTTPError as refusal:
            return f"refused ({refusal.code})"

    def _call(
        self, address: str, content: dict | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310 (the address is the operator's)
            address,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code in {401, 403}:
                _say(f"the token is refused ({refusal.code}); it needs packages:read and :carrier")
                raise NotNow(AFTER_REFUSAL) from refusal
            if refusal.code in {409, 429} or refusal.code >= 500:
                raise NotNow(_wait_of(refusal)) from refusal
            raise
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NotNow(AFTER_TROUBLE) from error


class Rounds:
    """What the carrier has on its lorries. All of it can be found out again after a restart."""

    def __init__(self, marketplace: Marketplace, *, seconds: float, since: datetime):
        self._marketplace = marketplace
        self._seconds = seconds
        self._since = since
        self._looked_at = since
        self._known: dict[str, datetime] = {}
        self._to_tell: list[Message] = []

    def go(self, now: datetime) -> int:
        """One round: load what was shipped, tell what is due; how many messages were told."""
        found = self._marketplace.shipped(max(self._since, self._looked_at - LOOK_BACK))
        self._looked_at = now
        for number, left in shipped_since(found, self._since).items():
            if self._known.get(number) != left:
                self._known[number] = left
                self._to_tell += journey(number, left, self._seconds)
        due = sorted((one for one in self._to_tell if one.due <= now), key=lambda one: one.due)
        for message in due:
            outcome = self._marketplace.tell(message)
            self._to_tell.remove(message)
            _say(f"{message.package} {message.kind}: {outcome}")
        return len(due)

    def run(self) -> None:
        """Rounds without end; a marketplace that does not answer is asked again later."""
        pause = min(2.0, max(self._seconds / 4, 0.2))
        while True:
            try:
                self.go(datetime.now(UTC))
                time.sleep(pause)
            except NotNow as trouble:
                time.sleep(trouble.seconds)
            except urllib.error.HTTPError as refusal:
                _say(f"the marketplace refuses to list packages ({refusal.code})")
                time.sleep(AFTER_REFUSAL)


def _wait_of(refusal: urllib.error.HTTPError) -> float:
    told = refusal.headers.get("Retry-After", "")
    return min(float(told), 60.0) if told.isdecimal() else AFTER_TROUBLE


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
