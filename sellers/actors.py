"""Who acts for which seller."""

from django.utils import timezone

from core.accounts.actors import Membership
from core.accounts.querysets import HOLDS
from core.actors import Rank, Role
from core.statements import fetched

# By hand, because every request of a seller asks it.
_MEMBERS = f"""
    SELECT member.rank, seller.id, seller.name, seller.time_zone
    FROM sellers_sellermember member JOIN sellers_seller seller ON seller.id = member.seller_id
    WHERE member.user_id = %(user)s AND {HOLDS}
    ORDER BY seller.name, member.id
"""  # noqa: S608


def seller_memberships(user) -> list[Membership]:
    """The sellers this user works for now, by name. A seller that no longer sells still has
    orders to look after, so `active` is not asked."""
    return [
        Membership(
            Role.SELLER, rank=Rank(rank), seller_id=seller_id, name=name, time_zone=time_zone
        )
        for rank, seller_id, name, time_zone in fetched(
            _MEMBERS, {"user": user.pk, "now": timezone.now()}
        )
    ]
