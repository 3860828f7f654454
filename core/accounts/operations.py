"""What can be done with tokens and with the marketplace's own people."""

import hmac
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.accounts import policies
from core.accounts.actors import (
    Membership,
    actor_of,
    all_memberships_of,
    memberships_around,
    the_one,
    told_memberships,
)
from core.accounts.models import ApiToken, MemberRank, StaffMember, User
from core.accounts.querysets import ValidityQuerySet
from core.accounts.scopes import scopes_for
from core.accounts.sessions import end_sessions
from core.accounts.tokens import digest_of, new_secret, prefix_of
from core.actors import Actor, Rank, Role, Via
from core.errors import Conflict, DomainError, InvalidInput, InvalidTransition, NotAllowed
from core.statements import fetched

LONGEST_LIFE = timedelta(days=365)
LAST_USED_EVERY = timedelta(minutes=1)


class TokenNotValid(DomainError):
    """Unknown, expired, revoked, or its person may no longer act there: never said which."""

    code = "token_not_valid"
    status = 401
    message = gettext_lazy("This token is not valid.")


# -- Tokens ---------------------------------------------------------------------------------


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Collection[str],
    actor: Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A token that acts as this actor, and its secret, which exists only in this answer.

    expires_at: at most a year from now, which is also what it is when not given.
    Raises NotAllowed (rank), InvalidInput (scope this actor may not give, expiry).
    """
    policies.require(policies.may_manage_tokens(actor))
    now = timezone.now()
    expires_at = expires_at or now + LONGEST_LIFE
    if not now < expires_at <= now + LONGEST_LIFE:
        raise InvalidInput(_("A token lives for at most one year from now."), field="expires_at")
    allowed = [scope.code for scope in scopes_for(actor.role, actor.rank)]
    if not scopes or not set(scopes) <= set(allowed):
        raise InvalidInput(
            _("Choose among these scopes: %(scopes)s.") % {"scopes": ", ".join(allowed)},
            field="scopes",
            allowed=allowed,
        )
    secret = new_secret()
    assert actor.user_id is not None  # says the rule above
    person = User.objects.get(pk=actor.user_id)
    token = ApiToken.objects.create(
        user=person,
        created_by=person,
        name=name,
        role=actor.role,
        seller_id=actor.seller_id,
        prefix=prefix_of(secret),
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    token.note("api_token.created", actor=actor, scopes=token.scopes)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """From now on the token opens nothing. Revoking twice is harmless."""
    policies.require(policies.may_manage_tokens(actor))
    revoked = ApiToken.objects.visible_to(actor).filter(pk=token.pk, revoked_at=None)
    if revoked.update(revoked_at=timezone.now()):
        token.refresh_from_db()
        token.note("api_token.revoked", actor=actor)


def authenticate_token(secret: str) -> tuple[User, ApiToken, Actor]:
    """Who calls with this secret: asked on every call against person, membership and rank.

    The actor's scopes are those the token has *and* its person's rank may still hold. Of the
    user and the token only what a call needs is loaded; the rest is read when it is asked for.
    Raises TokenNotValid.
    """
    found = _live_token(prefix_of(secret))
    if found is None or not hmac.compare_digest(found[1].digest, digest_of(secret)):
        raise TokenNotValid()
    user, token, memberships = found
    membership = the_one(memberships, token.seller_id)
    if membership is None:
        raise TokenNotValid()
    actor = actor_of(user, membership, via=Via.API)
    allowed = {scope.code for scope in scopes_for(actor.role, actor.rank)}
    _note_use(token)
    scopes = frozenset(token.scopes) & allowed
    return user, token, replace(actor, scopes=scopes, token_id=token.pk)


# One statement by hand: this is asked on every call, and the ORM takes ten times as long.
_LIVE = """
    SELECT person.id, person.email, person.name, person.language, person.time_zone,
           person.is_active,
           token.id, token.user_id, token.role, token.seller_id, token.digest, token.scopes,
           token.last_used_at,
           held.role, held.rank, held.seller_id, held.name, held.time_zone
    FROM accounts_apitoken token JOIN accounts_user person ON person.id = token.user_id
    LEFT JOIN LATERAL ({memberships}) AS held(role, rank, seller_id, name, time_zone)
      ON held.role = token.role
    WHERE token.prefix = %(prefix)s AND token.revoked_at IS NULL AND token.expires_at > %(now)s
      AND person.is_active
"""
_OF_USER = ["id", "email", "name", "language", "time_zone", "is_active"]
_OF_TOKEN = ["id", "user_id", "role", "seller_id", "digest", "scopes", "last_used_at"]


def _live_token(prefix: str) -> tuple[User, ApiToken, list[Membership]] | None:
    """The token that begins so and opens something now (`ApiTokenQuerySet.live`), its person, and
    what they may act as in the token's role."""
    statement = _LIVE.format(memberships=memberships_around("person.id"))
    rows = fetched(statement, {"prefix": prefix, "now": timezone.now()}, often=True)
    if not rows:
        return None
    end_of_user = len(_OF_USER)
    end = end_of_user + len(_OF_TOKEN)
    user = User.from_db(connection.alias, _OF_USER, rows[0][:end_of_user])
    token = ApiToken.from_db(connection.alias, _OF_TOKEN, rows[0][end_of_user:end])
    return user, token, told_memberships(Role(token.role), [row[end:] for row in rows])


def _note_use(token: ApiToken) -> None:
    """At most one write a minute, however many calls."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - LAST_USED_EVERY:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


# -- The marketplace's own people -----------------------------------------------------------


@transaction.atomic
def add_staff_member(*, email: str, name: str = "", rank: str, actor: Actor) -> StaffMember:
    """Let a person work for the marketplace owner. Makes their account when there is none; they
    sign in by a code sent to that address. Raises NotAllowed, Conflict."""
    policies.require(policies.may_manage_staff(actor))
    user = find_or_create_user(email=email, name=name)
    if StaffMember.objects.valid().filter(user=user).exists():
        raise Conflict(_("This person is on the list already."), field="email")
    member = StaffMember.objects.create(user=user, rank=MemberRank(rank))
    member.note("staff_member.added", actor=actor, rank=member.rank)
    return member


@transaction.atomic
def change_staff_rank(member: StaffMember, *, rank: str, actor: Actor) -> None:
    """Raises NotAllowed, InvalidTransition (ended already); LastAdmin when nobody would be left
    to manage people."""
    policies.require(policies.may_manage_staff(actor))
    admins = _locked_staff_admins()
    member = still_member(StaffMember.objects.all(), member)
    policies.require(policies.keeps_an_admin(admins, without=member, rank=rank))
    change_rank(member, rank=rank, actor=actor)


@transaction.atomic
def end_staff_membership(member: StaffMember, *, actor: Actor) -> None:
    """From now on they act for the owner no more: on pages, and with their tokens.

    Raises NotAllowed, InvalidTransition (ended already); LastAdmin when nobody would be left to
    manage people.
    """
    policies.require(policies.may_manage_staff(actor))
    admins = _locked_staff_admins()
    member = still_member(StaffMember.objects.all(), member)
    policies.require(policies.keeps_an_admin(admins, without=member))
    end_membership(member, actor=actor)


def _locked_staff_admins() -> list[StaffMember]:
    admins = StaffMember.objects.valid().filter(rank=MemberRank.ADMIN)
    return list(admins.select_for_update(of=["self"]).order_by("pk"))


# -- What memberships of every kind have in common ------------------------------------------


def still_member(members: ValidityQuerySet, member: Any) -> Any:
    """The row, locked, if the membership holds. Raises InvalidTransition."""
    held = members.valid().select_for_update(of=["self"]).filter(pk=member.pk).first()
    if held is None:
        raise InvalidTransition(_("This membership has ended already."))
    return held


def change_rank(member: Any, *, rank: str, actor: Actor) -> None:
    """Give a locked membership another rank; the same one changes nothing."""
    previous, new = member.rank, MemberRank(rank)
    if previous == new:
        return
    member.rank = new
    member.save(update_fields=["rank"])
    member.note(f"{member.EVENT}.rank_changed", actor=actor, previous=previous, rank=new)


def end_membership(member: Any, *, actor: Actor) -> None:
    """End a locked membership now, and the person's sessions when it was the last one."""
    member.valid_to = timezone.now()
    member.save(update_fields=["valid_to"])
    member.note(f"{member.EVENT}.ended", actor=actor)
    if all(found.role is Role.CUSTOMER for found in all_memberships_of(member.user)):
        end_sessions(member.user)


# -- Accounts -------------------------------------------------------------------------------


@transaction.atomic
def find_or_create_user(*, email: str, name: str = "") -> User:
    """The account of this address, made without a password when there is none. Its address is
    verified by the code that its first sign-in asks for."""
    email = email.strip().lower()
    user, created = User.objects.get_or_create(email=email, defaults={"name": name})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=email, primary=True)
    return user


def confirm_email(user: User) -> None:
    """Take this person's address as verified: for accounts whose address we vouch for ourselves
    (demo, tests, a command of the operator). Everybody else enters a code."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def deactivate_user(user: User, *, actor: Actor) -> None:
    """Nobody signs in with this account any more; sessions and tokens end with it."""
    if not (actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN)):
        raise NotAllowed()
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
