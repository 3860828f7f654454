"""The owner's rules about returns: said for all, a category, a seller, or both."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import Conflict, InvalidInput, NotAllowed
from core.money import is_currency
from returns.models import ReturnPolicy
from sellers.models import Seller

AMOUNTS = ("keep_goods_up_to", "return_shipping_fee", "silence_approves_up_to")
RULES = (
    "currency",
    "window_days",
    "payable_when",
    "restocking_rate",
    "on_delivery_failed",
    *AMOUNTS,
)
LONGEST_WINDOW = 3650


def may_change_policies(actor: Actor) -> NotAllowed | None:
    """Why this actor cannot change the rules: they are the marketplace's (product.md §8: Admin)."""
    if actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an admin of the marketplace changes these rules."))


@transaction.atomic
def save_policy(
    policy: ReturnPolicy | None,
    *,
    actor: Actor,
    seller: Seller | None = None,
    category: str = "",
    **rules: Any,
) -> ReturnPolicy:
    """Say the rules of one place, anew or changed; they hold for requests from now on.

    `rules` are the columns of ReturnPolicy (`RULES`); what is left out or None is said by the
    next wider policy. Amounts are minor units of `currency`. A policy that exists keeps its seller
    and category. Raises NotAllowed, InvalidInput, Conflict where the place has its rules already.
    """
    if refusal := may_change_policies(actor):
        raise refusal
    given = {name: rules.get(name) for name in RULES}
    _refuse_unfit(given)
    for name in ("currency", "payable_when", "on_delivery_failed"):
        given[name] = given[name] or ""
    if policy is None:
        place = {"seller": seller, "category": category.strip()}
        if ReturnPolicy.objects.filter(**place).exists():
            raise Conflict(_("There are rules for this already: change those."))
        policy = ReturnPolicy(**place, **given)
        policy.save()
        policy.note("return_policy.created", actor=actor, **_told(given))
        return policy
    policy = ReturnPolicy.objects.select_for_update().get(pk=policy.pk)
    before = {name: getattr(policy, name) for name in RULES}
    for name, value in given.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(RULES))
    policy.note("return_policy.changed", actor=actor, before=_told(before), **_told(given))
    return policy


@transaction.atomic
def delete_policy(policy: ReturnPolicy, *, actor: Actor) -> None:
    """Say nothing for this place any more: the next wider rules hold. Raises NotAllowed."""
    if refusal := may_change_policies(actor):
        raise refusal
    told = {name: getattr(policy, name) for name in RULES}
    policy.note("return_policy.deleted", actor=actor, **_told(told))
    policy.delete()


def _told(rules: dict[str, Any]) -> dict[str, Any]:
    """As an event keeps them."""
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in rules.items()
    }


def _refuse_unfit(given: dict[str, Any]) -> None:
    currency = given["currency"] or ""
    if currency and not is_currency(currency):
        raise InvalidInput(_("Not an ISO 4217 currency code, such as EUR."), field="currency")
    if not currency and any(given[name] is not None for name in AMOUNTS):
        raise InvalidInput(_("Say in which currency the amounts are."), field="currency")
    for name in AMOUNTS:
        if given[name] is not None and given[name] < 0:
            raise InvalidInput(_("Not below zero."), field=name)
    days = given["window_days"]
    if days is not None and not 0 <= days <= LONGEST_WINDOW:
        raise InvalidInput(_("Between 0 and 3650 days."), field="window_days")
    rate = given["restocking_rate"]
    if rate is not None and not 0 <= rate <= 1:
        raise InvalidInput(_("Between 0 and 100 percent."), field="restocking_rate")
    for name, known in (
        ("payable_when", ReturnPolicy.PayableWhen.values),
        ("on_delivery_failed", ReturnPolicy.OnDeliveryFailed.values),
    ):
        if given[name] and given[name] not in known:
            raise InvalidInput(_("Choose one of the list."), field=name, allowed=known)
