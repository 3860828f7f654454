"""Fifty refunds under way while everything is killed once: each is paid exactly once.

The full campaign is `make prove` (campaign.py); this one runs every time.
"""

import random
import time

import pytest

from tests.proofs.customers import Customers
from tests.proofs.faults import FAULTS
from tests.proofs.reckoning import Promised, reckon
from tests.proofs.running import Running

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(420)]
REFUNDS = 50
PATIENCE = 150  # of a machine with other things to do; `make prove` holds it to 60
KILLS = [
    "kill -9 of a child of the money worker",
    "kill -9 of the money worker",
    "kill -9 of web",
    "kill -9 of the other worker",
    "Valkey killed, restarted empty",
]


@pytest.fixture
def product(tmp_path):
    with Running(tmp_path) as running:
        yield running


def test_fifty_refunds_survive_the_kills_while_the_provider_times_out(product, record_property):
    dice = random.Random(1)
    filled = product.driver("fill", orders=REFUNDS, seed=1)
    kinds = ["timeout_after_paying"]
    product.provider.fail_by_chance(0.4, 1, kinds)  # for 1.5 s, longer than a read
    customers = Customers(product.url, filled, seed=1)
    try:
        while customers.ask():
            pass
        for turn, kill in enumerate(KILLS, start=1):
            _wait_until(lambda turn=turn: customers.told >= turn * REFUNDS // 6)
            FAULTS[kill](product, dice)
        asked = customers.wait().count(True)
    finally:
        customers.leave()

    found = reckon(product, Promised(cancelled=asked), patience=PATIENCE)

    record_property("drained_after", found.drained_after)
    assert asked == REFUNDS
    assert found.payouts == found.parts >= REFUNDS
    assert not found.faults, "\n".join(found.faults)
    timed_out = [call for call in product.provider.journal()["calls"] if call["fault"]]
    assert len(timed_out) >= REFUNDS // 5, "the provider was to time out now and then"


def _wait_until(true) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert true(), "The product has stopped answering."
