"""What a customer has as store credit, shop by shop: it is spent where it was given."""

from dataclasses import dataclass

from core.actors import Actor
from finance.credit import store_credit_of_all
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
    channels = dict(Customer.objects.filter(user=actor.user_id).values_list("pk", "channel"))
    left = store_credit_of_all(channels) if channels else {}
    return [
        Credit(channels[customer_id], currency, amount)
        for (customer_id, currency), amount in left.items()
        if customer_id is not None
    ]
