"""From a person to an actor: who they may act as, and on which surface.

The kernel knows the marketplace's own staff and that everybody may be a customer; apps above
register the rest (`sellers.actors` its members). Memberships are read on each request and each
call, so one that has ended stops at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from core.accounts.querysets import HOLDS
from core.actors import Actor, Rank, Role, Via
from core.statements import fetched


@dataclass(frozen=True, slots=True)
class Membership:
    """One thing a person may act as. `name` and `time_zone` are the seller's, for its pages."""

    role: Role
    rank: Rank | None = None
    seller_id: int | None = None
    name: str = ""
    time_zone: str = ""


Source = Callable[[Any], Sequence[Membership]]
_SOURCES: dict[Role, Source] = {}
# Where somebody with several roles is sent when no surface is named.
PRECEDENCE = (Role.OWNER, Role.SELLER, Role.CUSTOMER)


def register_actor_source(role: Role, source: Source) -> None:
    """From now on `source(user)` says as what the user may act in `role`. Called in `ready()`."""
    _SOURCES[role] = source


def memberships_of(user: Any, role: Role) -> list[Membership]:
    """What this user may act as in `role` now; nothing for somebody inactive or not signed in."""
    if not user.is_authenticated or not user.is_active or role not in _SOURCES:
        return []
    return list(_SOURCES[role](user))


def all_memberships_of(user: Any) -> list[Membership]:
    """Everything this user may act as, the weightiest role first: for menus and pick pages."""
    return [found for role in PRECEDENCE for found in memberships_of(user, role)]


def membership_for(user: Any, role: Role, seller_id: int | None = None) -> Membership | None:
    """The one membership meant: the named seller's, or the only one. None when there is none, or
    when it would have to be guessed."""
    return the_one(memberships_of(user, role), seller_id)


def the_one(memberships: Sequence[Membership], seller_id: int | None = None) -> Membership | None:
    """The one that is meant of somebody's memberships in a role, as `membership_for` finds it."""
    if seller_id is not None:
        memberships = [found for found in memberships if found.seller_id in (seller_id, None)]
    return memberships[0] if len(memberships) == 1 else None


def actor_of(user: Any, membership: Membership, *, via: Via = Via.PAGE) -> Actor:
    return Actor(
        membership.role,
        user_id=user.pk,
        seller_id=membership.seller_id,
        rank=membership.rank,
        via=via,
    )


def actor_for(
    user: Any, role: Role, *, seller_id: int | None = None, via: Via = Via.PAGE
) -> Actor | None:
    """The user acting in `role` (for `seller_id`), or None when they may not."""
    membership = membership_for(user, role, seller_id)
    return actor_of(user, membership, via=via) if membership else None


def best_actor(user: Any, *, seller_id: int | None = None, via: Via = Via.PAGE) -> Actor | None:
    """The weightiest actor this user can be without a guess; `seller_id` is the picked seller."""
    for role in PRECEDENCE:
        if actor := actor_for(user, role, seller_id=seller_id, via=via):
            return actor
    return None


# By hand, because every request asks it.
_STAFF = f"""
    SELECT member.rank FROM accounts_staffmember member
    WHERE member.user_id = %(user)s AND {HOLDS}
"""  # noqa: S608


def staff_memberships(user: Any) -> list[Membership]:
    rows = fetched(_STAFF, {"user": user.pk, "now": timezone.now()})
    return [Membership(Role.OWNER, rank=Rank(rank)) for (rank,) in rows]


def customer_memberships(user: Any) -> list[Membership]:
    """Whoever signs in may look at the orders linked to them, if only to find none."""
    return [Membership(Role.CUSTOMER)]
