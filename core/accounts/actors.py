"""From a person to an actor: who they may act as, and on which surface.

The kernel knows the marketplace's own staff and that everybody may be a customer; apps above
register the rest (`sellers.actors` its members). Memberships are read on each request and each
call, so one that has ended stops at once.
"""

from collections.abc import Sequence
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


_SOURCES: dict[Role, str] = {}
# Where somebody with several roles is sent when no surface is named.
PRECEDENCE = (Role.OWNER, Role.SELLER, Role.CUSTOMER)


def register_actor_source(role: Role, selected: str) -> None:
    """From now on `SELECT …` tells as what a user may act in `role`: rank, seller's id, name and
    time zone of what holds for %(user)s at %(now)s. Called in `ready()`."""
    _SOURCES[role] = selected


def memberships_of(user: Any, role: Role) -> list[Membership]:
    """What this user may act as in `role` now; nothing for somebody inactive or not signed in."""
    return _held_by(user, [role])


def all_memberships_of(user: Any) -> list[Membership]:
    """Everything this user may act as, the weightiest role first: for menus and pick pages. One
    statement for all roles, because every page asks it."""
    return _held_by(user, PRECEDENCE)


def _held_by(user: Any, roles: Sequence[Role]) -> list[Membership]:
    if not user.is_authenticated or not user.is_active:
        return []
    rows = getattr(user, "_holds", None)
    if rows is None:
        statement = _statement(roles)
        whose = {"user": user.pk, "now": timezone.now()}
        rows = fetched(statement, whose, often=True) if statement else []
    return [each for role in roles for each in told_memberships(role, rows)]


def remember_memberships(user: Any, rows: Sequence[Sequence[Any]]) -> None:
    """What this user may act as was read with them, as rows for `told_memberships`: asked of this
    object it is not read again. For the user of one request only."""
    user._holds = rows


def _statement(roles: Sequence[Role]) -> str:
    asked = [role for role in roles if role in _SOURCES]
    return " UNION ALL ".join(f"(SELECT '{role}', {_SOURCES[role]})" for role in asked)


def memberships_around(whose: str) -> str:
    """The statement of all that `whose`, a column of the statement around it, may act as at
    %(now)s; its rows are for `told_memberships`."""
    return _statement(PRECEDENCE).replace("%(user)s", whose)


def told_memberships(role: Role, rows: Sequence[Sequence[Any]]) -> list[Membership]:
    """The memberships in `role` among rows of role, rank, seller's id, name and time zone."""
    if role is Role.CUSTOMER:
        return _CUSTOMER
    found = [Membership(role, Rank(rank), *facts) for word, rank, *facts in rows if word == role]
    return sorted(found, key=_by_name)


def _by_name(membership: Membership) -> tuple:
    return membership.name, membership.seller_id or 0


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
STAFF = f"""
    member.rank, NULL::bigint, '', '' FROM accounts_staffmember member
    WHERE member.user_id = %(user)s AND {HOLDS}
"""
# Whoever signs in may look at the orders linked to them, if only to find none.
_CUSTOMER = [Membership(Role.CUSTOMER)]
