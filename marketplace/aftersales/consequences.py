"""What a reason means for the seller's ratings, said before the click (product.md §4.7)."""

from django.utils.translation import gettext as _

from cancellations import policies
from core.actors import Actor
from marketplace.aftersales.transactions import Transaction, rejects
from orders.models import Reason


def consequence_words(reason: Reason | None, transaction: Transaction, actor: Actor) -> str:
    """The sentence for the chosen reason; before one is chosen, the general one. Empty where
    nothing is rejected: what the owner cancels for a customer counts for nobody."""
    if not rejects(transaction, actor):
        return ""
    if reason is None:
        return _("Rejection actions might affect Seller's Performance Ratings.")
    return policies.consequence_of(reason, actor)
