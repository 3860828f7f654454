"""Signatures of webhooks after Standard Webhooks: HMAC-SHA256 over id, time and body.

    webhook-id: evt_1    webhook-timestamp: 1700000000    webhook-signature: v1,<base64>

Pure: the provider's side (the simulator) and ours read the same lines.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE = 300  # seconds, both ways
PREFIX = "whsec_"


class BadSignature(Exception):
    """Not signed by who knows the secret, or not now."""


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. Raises ValueError for a secret that is not base64."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of the event, when one of its signatures is ours and it was sent at most 300 seconds
    before or after `now`. Raises BadSignature."""
    event_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (0 < len(event_id) <= 120 and timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature("webhook-id and webhook-timestamp are needed")
    if len(timestamp) > 12 or abs(now - int(timestamp)) > TOLERANCE:
        raise BadSignature("sent too long ago, or not yet")
    expected = sign(secret, event_id, int(timestamp), body).encode()
    # Several, separated by blanks, while a secret is being changed.
    matches = [hmac.compare_digest(one.encode(), expected) for one in given.split(" ")]
    if not any(matches):
        raise BadSignature("no signature matches")
    return event_id


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A webhook secret is whsec_ and base64.") from error
    if len(key) < 24:
        raise ValueError("A webhook secret has at least 24 bytes.")
    return key
