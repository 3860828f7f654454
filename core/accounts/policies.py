"""Who may manage people and tokens (product.md §8: Admin). Each rule gives a refusal or None."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accounts.models import MemberRank
from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed

Refusal = DomainError | None


class LastAdmin(DomainError):
    code = "last_admin"
    message = gettext_lazy("Somebody must stay Admin. Make another person Admin first.")


def require(refusal: Refusal) -> None:
    """Raise what a rule answered, if it refused."""
    if refusal is not None:
        raise refusal


def may_manage_tokens(actor: Actor) -> Refusal:
    """Admins; customers their own. A token acts as a person, and cannot make tokens."""
    if (actor.user_id is not None and actor.token_id is None) and (
        actor.role is Role.CUSTOMER or actor.has_rank(Rank.ADMIN)
    ):
        return None
    return NotAllowed(_("Only an Admin manages access tokens."))


def may_manage_staff(actor: Actor) -> Refusal:
    if actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an Admin of the marketplace manages its people."))


def keeps_an_admin(admins: Iterable[Any], *, without: Any, rank: str | None = None) -> Refusal:
    """Whether an Admin is left when `without` gets `rank` (None: goes)."""
    if rank == MemberRank.ADMIN or any(admin.pk != without.pk for admin in admins):
        return None
    return LastAdmin()
