"""Any sequence of acts on an order ends where a plain model of it ends (reliability.md §4).

Each example is one transaction that is rolled back, with its deferred constraints and every
invariant checked before. PROOF_EXAMPLES and PROOF_STEPS widen a run, PROOF_SEED picks the
examples, PROOF_MINUTES bounds it: examples then come in batches until the time is over.
"""

import os
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from refunds.gateway import GATEWAYS
from tests.property.machine import OrderMachine
from tests.property.stage import Cast

EXAMPLES = int(os.environ.get("PROOF_EXAMPLES", "40"))
STEPS = int(os.environ.get("PROOF_STEPS", "25"))
SEED = int(os.environ.get("PROOF_SEED", "1"))
MINUTES = float(os.environ.get("PROOF_MINUTES", "0"))
BATCH = 20  # of up to PROOF_STEPS steps; the time is looked at between two
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600 + 90 * MINUTES),
]


@pytest.fixture
def cast(monkeypatch):
    people = Cast()
    monkeypatch.setitem(GATEWAYS, "simulator", lambda: people.provider)
    return people


def test_any_sequence_of_acts_ends_where_the_model_ends(cast, record_property):
    class Machine(OrderMachine):
        reached = Counter()

    Machine.cast = cast
    begin, turn = time.monotonic(), 0
    while Machine.examples < EXAMPLES:
        run_state_machine_as_test(
            seed(SEED + turn)(Machine),
            settings=settings(
                max_examples=min(EXAMPLES - Machine.examples, BATCH),
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
        turn += 1
        if MINUTES and time.monotonic() - begin > 60 * MINUTES:
            break

    record_property("examples", Machine.examples)
    record_property("steps", Machine.steps)
    record_property("reached", dict(sorted(Machine.reached.items())))
    assert Machine.steps > Machine.examples
