"""Who acts for which seller."""

from core.accounts.querysets import HOLDS

# The sellers this user works for now. A seller that no longer sells still has orders to look
# after, so `active` is not asked. By hand, because every request asks it.
MEMBERS = f"""
    member.rank, seller.id, seller.name, seller.time_zone
    FROM sellers_sellermember member JOIN sellers_seller seller ON seller.id = member.seller_id
    WHERE member.user_id = %(user)s AND {HOLDS}
"""
