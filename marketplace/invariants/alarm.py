"""Saying loudly that something is true which must never be: in the log and as a metric.

Workers check, the web process is asked for metrics: the last result waits in the cache between
them. Without a cache there is no metric, and the log still tells.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from marketplace.invariants.check import Violation, check

logger = logging.getLogger(__name__)
LAST = "invariants:last"
SHOWN = 20  # rows per round in the log; the command shows all


def check_and_tell(*, since: timedelta) -> list[Violation]:
    """Check the orders touched lately, log every broken invariant and keep the count."""
    violations = check(since)
    for violation in violations[:SHOWN]:
        logger.error("Invariant broken: %s", violation)
    if len(violations) > SHOWN:
        logger.error("%s more rows break invariants.", len(violations) - SHOWN)
    counts = Counter(violation.invariant for violation in violations)
    _keep({"counts": dict(counts), "checked_at": timezone.now().timestamp()})
    return violations


def _keep(result: dict) -> None:
    try:
        cache.set(LAST, result, timeout=None)
    except Exception:  # whatever the cache's driver raises: the log has told it
        logger.warning("The result of the invariant check could not be kept.", exc_info=True)


class InvariantCollector(Collector):
    """`marketplace_invariant_violations` (rows, per invariant; one sample with an empty name when
    all hold) and when they were looked for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            last = cache.get(LAST)
        except Exception:  # metrics of everything else must still be readable
            last = None
        if last is None:
            return
        broken = GaugeMetricFamily(
            "marketplace_invariant_violations",
            "Rows that broke an invariant in the last check.",
            labels=["invariant"],
        )
        for name, rows in (last["counts"] or {"": 0}).items():
            broken.add_metric([name], rows)
        yield broken
        yield GaugeMetricFamily(
            "marketplace_invariants_checked_timestamp_seconds",
            "When invariants were last checked.",
            value=last["checked_at"],
        )

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering must not ask the cache."""
        return iter(())


# A registry of its own: the common one is left out when several processes share their files.
REGISTRY = CollectorRegistry()
REGISTRY.register(InvariantCollector())


def metrics() -> bytes:
    """What to add to the metrics of this process."""
    return generate_latest(REGISTRY)
