"""Who acts for which seller."""

from core.accounts.actors import Membership
from core.actors import Rank, Role
from sellers.models import SellerMember


def seller_memberships(user) -> list[Membership]:
    """The sellers this user works for now, by name. A seller that no longer sells still has
    orders to look after, so `active` is not asked."""
    members = SellerMember.objects.valid().filter(user=user).select_related("seller")
    return [
        Membership(
            Role.SELLER,
            rank=Rank(member.rank),
            seller_id=member.seller_id,
            name=member.seller.name,
            time_zone=member.seller.time_zone,
        )
        for member in members.order_by("seller__name", "pk")
    ]
