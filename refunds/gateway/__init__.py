"""Who pays back. A plan names its gateway when it is made; `settings.PAYMENT_GATEWAY` is the
one new plans get. What is given as store credit, or was paid with it, needs nobody else."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from refunds.gateway.external import External
from refunds.gateway.outcome import Gateway, Outcome, Result
from refunds.gateway.simulator import Simulator
from refunds.gateway.store_credit import StoreCredit

if TYPE_CHECKING:
    from orders.models import Payment
    from refunds.models import RefundPlan

__all__ = [
    "EXTERNAL",
    "STORE_CREDIT",
    "Gateway",
    "Outcome",
    "Result",
    "current",
    "gateway_named",
    "gateway_of",
    "goes_to_credit",
    "settling_time",
]

EXTERNAL = "external"
STORE_CREDIT = "store_credit"  # also the method of a payment, and a plan's `pay_to`
CHOICES: dict[str, type[Gateway]] = {"simulator": Simulator, EXTERNAL: External}
GATEWAYS: dict[str, type[Gateway]] = CHOICES | {STORE_CREDIT: StoreCredit}


def current() -> str:
    """The gateway of new plans. Raises ImproperlyConfigured for a name that is not known."""
    name = settings.PAYMENT_GATEWAY
    if name not in CHOICES:
        raise ImproperlyConfigured(
            f"PAYMENT_GATEWAY is {name!r}; it may be {' or '.join(sorted(CHOICES))}."
        )
    return name


def goes_to_credit(plan: "RefundPlan", payment: "Payment") -> bool:
    """Whether what the plan gives back of this payment becomes store credit: where the customer
    wished so, and always what was paid with it."""
    return STORE_CREDIT in (plan.pay_to, payment.method)


def gateway_of(plan: "RefundPlan", payment: "Payment") -> Gateway:
    """Who pays this payment's part of the plan back."""
    return gateway_named(STORE_CREDIT if goes_to_credit(plan, payment) else plan.gateway)


def gateway_named(name: str) -> Gateway:
    return GATEWAYS[name]()


def settling_time() -> timedelta:
    """How long after a call was begun it may still be under way, at the provider too.

    Only after it does "never seen" mean that nothing will come any more.
    """
    return timedelta(seconds=settings.GATEWAY_CONNECT_SECONDS + 2 * settings.GATEWAY_READ_SECONDS)
