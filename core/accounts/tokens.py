"""The secret of a token: how it looks, and what is kept of it."""

import hashlib
import secrets
import string

ALPHABET = string.ascii_lowercase + string.digits
PREFIX_LENGTH = len("mkt_") + 8


def new_secret() -> str:
    """`mkt_<8 readable>_<43>`: the last part is 256 random bits in base64url."""
    readable = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"mkt_{readable}_{secrets.token_urlsafe(32)}"


def prefix_of(secret: str) -> str:
    """The start that people recognise it by; it opens nothing."""
    return secret[:PREFIX_LENGTH]


def digest_of(secret: str) -> str:
    """All that is stored. Plain sha256 is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
