"""Who pays back. A plan names its gateway when it is made; `settings.PAYMENT_GATEWAY` is the
one new plans get."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from refunds.gateway.external import External
from refunds.gateway.outcome import Gateway, Outcome, Result
from refunds.gateway.simulator import Simulator

__all__ = ["EXTERNAL", "Gateway", "Outcome", "Result", "current", "gateway_named", "settling_time"]

EXTERNAL = "external"
GATEWAYS: dict[str, type[Gateway]] = {"simulator": Simulator, EXTERNAL: External}


def current() -> str:
    """The gateway of new plans. Raises ImproperlyConfigured for a name that is not known."""
    name = settings.PAYMENT_GATEWAY
    if name not in GATEWAYS:
        raise ImproperlyConfigured(
            f"PAYMENT_GATEWAY is {name!r}; it may be {' or '.join(sorted(GATEWAYS))}."
        )
    return name


def gateway_named(name: str) -> Gateway:
    return GATEWAYS[name]()


def settling_time() -> timedelta:
    """How long after a call was begun it may still be under way, at the provider too.

    Only after it does "never seen" mean that nothing will come any more.
    """
    return timedelta(seconds=settings.GATEWAY_CONNECT_SECONDS + 2 * settings.GATEWAY_READ_SECONDS)
