"""Pages of exports, the same ones for the owner and for sellers."""

from typing import Any


def surface_of(request: Any) -> str:
    """The namespace that the reader is in: "owner" or "seller"."""
    return request.resolver_match.namespace
