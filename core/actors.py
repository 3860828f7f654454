"""Who is acting: one small value, passed explicitly to every operation."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """The surface somebody came through decides their role; one person may have all three."""

    CUSTOMER = "customer"
    SELLER = "seller"
    OWNER = "owner"
    CARRIER = "carrier"
    SYSTEM = "system"


class Rank(StrEnum):
    """What a member of a seller, or of the marketplace's own staff, may do (product.md §8)."""

    EMPLOYEE = "employee"
    MANAGER = "manager"
    ADMIN = "admin"


RANK_ORDER = {Rank.EMPLOYEE: 1, Rank.MANAGER: 2, Rank.ADMIN: 3}


class Via(StrEnum):
    """How the act reached us; recorded with every event."""

    PAGE = "page"
    API = "api"
    TASK = "task"
    IMPORT = "import"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or program, on one surface.

    `seller_id` is the one seller a seller's member acts for. `scopes` is None for people (all
    that their rank allows) and the token's scopes for programs.
    """

    role: Role
    user_id: int | None = None
    seller_id: int | None = None
    rank: Rank | None = None
    via: Via = Via.PAGE
    scopes: frozenset[str] | None = None
    token_id: int | None = None

    def has_rank(self, rank: Rank) -> bool:
        """Whether this actor stands at `rank` or above; the system stands above all."""
        if self.role is Role.SYSTEM:
            return True
        return self.rank is not None and RANK_ORDER[self.rank] >= RANK_ORDER[rank]

    def has_scope(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def through(self, via: Via) -> "Actor":
        return replace(self, via=via)

    def __str__(self) -> str:
        return f"{self.role}:{self.seller_id or self.user_id or '-'}"


SYSTEM = Actor(Role.SYSTEM, via=Via.TASK)
IMPORTER = Actor(Role.SYSTEM, via=Via.IMPORT)
