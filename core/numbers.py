"""Human numbers of things: short, readable aloud, and telling nobody how many there are."""

import secrets

# Crockford's base 32: no I, L, O, U, so that a number survives a telephone call.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number(prefix: str) -> str:
    """A fresh number such as "C-7K3M9QXA". Unique by constraint, 40 random bits."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
