"""Posting to the ledger."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class SellerShare:
    seller_id: int
    captured: int
    commission: int


@dataclass(frozen=True)
class Capture:
    order_id: int
    currency: str
    occurred_at: datetime | None
    shares: list[SellerShare] = field(default_factory=list)
    surplus: int = 0


def post_captures(captures: list[Capture], *, actor) -> None:
    raise NotImplementedError
