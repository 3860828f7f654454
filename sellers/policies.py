"""Who may change what about sellers (product.md §8: Admin). Each rule gives a refusal or None."""

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed
from sellers.models import Seller

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
