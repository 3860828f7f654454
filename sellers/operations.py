"""What can be done with sellers, their people and their ways of delivery."""

import re
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.accounts.models import MemberRank
from core.accounts.operations import (
    change_rank,
    end_membership,
    find_or_create_user,
    still_member,
)
from core.accounts.policies import keeps_an_admin, require
from core.actors import Actor, Role
from core.errors import Conflict, InvalidInput, Problems
from sellers import policies
from sellers.models import (
    DeliveryOption,
    Seller,
    SellerDeliveryOption,
    SellerMember,
    ShippingCompany,
)

# -- Sellers --------------------------------------------------------------------------------


@transaction.atomic
def create_seller(*, actor: Actor, **facts: Any) -> Seller:
    """A seller who takes part from now on; `facts` are columns of Seller.

    Raises NotAllowed, Conflict (the code is taken).
    """
    require(policies.may_manage_sellers(actor))
    if Seller.objects.filter(code=facts["code"]).exists():
        raise Conflict(_("Another seller has this code."), field="code")
    seller = Seller.objects.create(**facts)
    seller.note("seller.created", actor=actor)
    return seller


@transaction.atomic
def change_seller(seller: Seller, *, actor: Actor, **facts: Any) -> Seller:
    """Change what is known of a seller. A new commission rate holds for orders placed from now
    on: each line keeps the rate of its placement. The code stays. Raises NotAllowed."""
    require(policies.may_manage_sellers(actor))
    [seller] = Seller.objects.filter(pk=seller.pk).locked()
    facts.pop("code", None)
    changed = _change(seller, facts)
    if changed:
        seller.note("seller.changed", actor=actor, fields=changed, **_terms(seller, changed))
    return seller


def _terms(seller: Seller, changed: list[str]) -> dict[str, str]:
    """What the history must be able to tell later: the rate itself, not only that it changed."""
    if "commission_rate" in changed:
        return {"commission_rate": str(seller.commission_rate)}
    return {}


def _change(row: Model, facts: dict[str, Any]) -> list[str]:
    """Write the facts that differ; returns the names of the columns."""
    changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save(update_fields=changed)
    return changed


# -- Their people ---------------------------------------------------------------------------


@transaction.atomic
def add_member(
    seller: Seller, *, email: str, name: str = "", rank: str, actor: Actor
) -> SellerMember:
    """Let a person work for this seller. Makes their account when there is none; they are told
    by mail and sign in by a code. Raises NotAllowed, Conflict (works there already)."""
    require(policies.may_manage_members(seller, actor))
    user = find_or_create_user(email=email, name=name)
    if SellerMember.objects.valid().filter(user=user, seller=seller).exists():
        raise Conflict(_("This person is on the list already."), field="email")
    member = SellerMember.objects.create(user=user, seller=seller, rank=MemberRank(rank))
    member.note("seller_member.added", actor=actor, rank=member.rank)
    return member


@transaction.atomic
def change_member_rank(member: SellerMember, *, rank: str, actor: Actor) -> None:
    """Raises NotAllowed, InvalidTransition (ended already); LastAdmin when the seller's own last
    Admin would go (the marketplace may do that)."""
    member = _held(member, actor, rank)
    change_rank(member, rank=rank, actor=actor)


@transaction.atomic
def end_member(member: SellerMember, *, actor: Actor) -> None:
    """From now on they act for this seller no more: on pages, and with their tokens.

    Raises NotAllowed, InvalidTransition (ended already), LastAdmin.
    """
    member = _held(member, actor, None)
    end_membership(member, actor=actor)


def _held(member: SellerMember, actor: Actor, rank: str | None) -> SellerMember:
    require(policies.may_manage_members(member.seller, actor))
    admins = SellerMember.objects.valid().filter(seller=member.seller, rank=MemberRank.ADMIN)
    locked = list(admins.select_for_update(of=["self"]).order_by("pk"))
    member = still_member(SellerMember.objects.all(), member)
    if actor.role is Role.SELLER:
        require(keeps_an_admin(locked, without=member, rank=rank))
    return member


# -- Shipping companies and ways of delivery ------------------------------------------------


@transaction.atomic
def save_company(company: ShippingCompany | None, *, actor: Actor, **facts: Any) -> ShippingCompany:
    """Add a shipping company (None), or change one; its code stays. Raises NotAllowed, Conflict."""
    require(policies.may_manage_sellers(actor))
    return _save(ShippingCompany, company, actor, facts)


@transaction.atomic
def save_option(option: DeliveryOption | None, *, actor: Actor, **facts: Any) -> DeliveryOption:
    """Add a way of delivery (None), or change one; its code stays. The one marked as default is
    the only one. Raises NotAllowed, Conflict, InvalidInput (a pattern that cannot be read, an
    address without its place for the number)."""
    require(policies.may_manage_sellers(actor))
    _check_option(facts)
    if facts.get("is_default"):
        others = DeliveryOption.objects.filter(is_default=True)
        if option is not None:
            others = others.exclude(pk=option.pk)
        others.update(is_default=False)
    return _save(DeliveryOption, option, actor, facts)


def _check_option(facts: dict[str, Any]) -> None:
    try:
        re.compile(facts.get("tracking_pattern", ""))
    except re.error as error:
        raise InvalidInput(
            _("This is not a regular expression: %(why)s.") % {"why": error},
            field="tracking_pattern",
        )
    url = facts.get("tracking_url", "")
    if url and (not url.startswith("https://") or "{number}" not in url):
        raise InvalidInput(
            _("The address starts with https:// and holds {number}."), field="tracking_url"
        )


def _save(model: Any, row: Any, actor: Actor, facts: dict[str, Any]) -> Any:
    if row is None:
        if model.objects.filter(code=facts["code"]).exists():
            raise Conflict(_("This code is taken."), field="code")
        row = model.objects.create(**facts)
        row.note(f"{row.EVENT}.created", actor=actor)
        return row
    row = model.objects.select_for_update().get(pk=row.pk)
    facts.pop("code", None)
    if changed := _change(row, facts):
        row.note(f"{row.EVENT}.changed", actor=actor, fields=changed)
    return row


@transaction.atomic
def choose_delivery(
    *,
    seller: Seller,
    options: list[DeliveryOption],
    default: DeliveryOption | None,
    easy_return: DeliveryOption | None = None,
    actor: Actor,
) -> None:
    """These of the marketplace's ways are this seller's from now on; none means all of them.

    `default` is the usual one (None: the marketplace's own default), `easy_return` what returned
    goods travel with. A way that is left out is offered for no new package; open packages that
    have it keep it. Raises NotAllowed, InvalidInput, Problems.
    """
    require(policies.may_choose_delivery(seller, actor))
    if problems := policies.unfit_choices(options, default=default, easy_return=easy_return):
        raise Problems(problems)
    Seller.objects.filter(pk=seller.pk).locked()
    seller.delivery_options.update(is_default=False, is_easy_return=False)
    seller.delivery_options.exclude(option__in=options).update(active=False)
    for option in options:
        SellerDeliveryOption.objects.update_or_create(
            seller=seller,
            option=option,
            defaults={
                "active": True,
                "is_default": option == default,
                "is_easy_return": option == easy_return,
            },
        )
    seller.note(
        "seller.delivery_chosen",
        actor=actor,
        options=[option.code for option in options],
        default=default.code if default else None,
        easy_return=easy_return.code if easy_return else None,
    )
