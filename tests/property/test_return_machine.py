"""Any sequence of acts on the returns of an order ends where a plain model of it ends.

As test_order_machine: one transaction per example, compared after each step, every invariant at
its end; PROOF_EXAMPLES, PROOF_STEPS, PROOF_SEED and PROOF_MINUTES widen a run.
"""

import os
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from refunds.gateway import GATEWAYS
from tests.property.returns import ReturnMachine
from tests.property.stage import Cast

EXAMPLES = int(os.environ.get("PROOF_EXAMPLES", "20"))
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


def test_any_sequence_of_returns_ends_where_the_model_ends(cast, record_property):
    class Machine(ReturnMachine):
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

    record_property("return_examples", Machine.examples)
    record_property("return_steps", Machine.steps)
    record_property("return_reached", dict(sorted(Machine.reached.items())))
    assert Machine.steps > Machine.examples
