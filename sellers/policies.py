"""Who may change what about sellers (product.md §8: Admin). Each rule gives a refusal or None."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from sellers.models import DeliveryOption, Seller

Refusal = DomainError | None


def may_manage_sellers(actor: Actor) -> Refusal:
    """The marketplace decides who sells, on which terms, and which ways of delivery there are."""
    if actor.role in {Role.OWNER, Role.SYSTEM} and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an Admin of the marketplace may change this."))


def may_manage_members(seller: Seller, actor: Actor) -> Refusal:
    """The seller's own Admins, and the marketplace's."""
    own = actor.role is Role.SELLER and actor.seller_id == seller.pk
    if (own or actor.role in {Role.OWNER, Role.SYSTEM}) and actor.has_rank(Rank.ADMIN):
        return None
    return NotAllowed(_("Only an Admin manages the people of a seller."))


def may_choose_delivery(seller: Seller, actor: Actor) -> Refusal:
    if may_manage_members(seller, actor) is None:
        return None
    return NotAllowed(_("Only an Admin of the seller chooses how it delivers."))


def unfit_choices(
    options: Sequence[DeliveryOption],
    *,
    default: DeliveryOption | None,
    easy_return: DeliveryOption | None,
) -> list[DomainError]:
    """What is wrong with a seller's choice among the ways of delivery, input by input."""
    problems: list[DomainError] = []
    if not all(option.active and option.company.active for option in options):
        problems.append(InvalidInput(_("One of these ways is no longer offered."), field="options"))
    if default is not None and default not in options:
        words = _("The usual way is one of those you use.")
        problems.append(InvalidInput(words, field="default"))
    if easy_return is not None and easy_return not in options:
        words = _("Returned goods travel with one of the ways you use.")
        problems.append(InvalidInput(words, field="easy_return"))
    elif easy_return is not None and not easy_return.easy_return:
        words = _("The marketplace does not offer this way for easy returns.")
        problems.append(InvalidInput(words, field="easy_return"))
    return problems
