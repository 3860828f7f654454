"""What a customer has as store credit, shop by shop: it is spent where it was given."""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from core.actors import Actor
from finance.models import Account
from orders.models import Customer


@dataclass(frozen=True)
class Credit:
    """`amount` minor units of `currency`, to be spent in the shop `channel`."""

    channel: str
    currency: str
    amount: int


def credits_of(actor: Actor) -> list[Credit]:
    """Nobody's but one's own; currencies with nothing left are not named."""
    if actor.user_id is None:
        return []
    own = Customer.objects.filter(user=actor.user_id)
    channel = own.filter(pk=OuterRef("customer_id")).values("channel")
    accounts = Account.objects.filter(
        kind=Account.Kind.STORE_CREDIT, customer_id__in=own.values("pk"), balance__lt=0
    ).annotate(channel=Subquery(channel))
    # What is owed stands below zero in the ledger; the customer has it to spend.
    return [
        Credit(account.channel, account.currency, -account.balance)
        for account in accounts.order_by("currency", "customer_id")
    ]
