"""What a token may be allowed to do. The roof declares the scopes (`marketplace.scopes`)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from core.actors import RANK_ORDER, Rank, Role


@dataclass(frozen=True, slots=True)
class Scope:
    """`rank` is the least rank whose tokens may hold it; customers have no rank."""

    code: str
    label: str | Promise
    roles: frozenset[Role]
    rank: Rank = Rank.EMPLOYEE


_SCOPES: dict[str, Scope] = {}


def declare_scope(
    code: str, label: str | Promise, *, roles: Collection[Role], rank: Rank = Rank.EMPLOYEE
) -> None:
    _SCOPES[code] = Scope(code, label, frozenset(roles), rank)


def scopes_for(role: Role, rank: Rank | None) -> list[Scope]:
    """The scopes that a token of somebody of this role and rank may hold, as declared."""
    return [
        scope
        for scope in _SCOPES.values()
        if role in scope.roles
        and (
            role is Role.CUSTOMER
            or (rank is not None and RANK_ORDER[rank] >= RANK_ORDER[scope.rank])
        )
    ]
