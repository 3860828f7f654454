"""Every way that a return may go, twice, while pieces of the product are killed."""

import random
import time

import pytest

from tests.proofs.faults import FAULTS
from tests.proofs.reckoning import Promised, reckon
from tests.proofs.returning import WAYS, Returners
from tests.proofs.running import Running

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(420)]
RETURNS = 2 * len(WAYS)
PATIENCE = 150
KILLS = ["kill -9 of the money worker", "kill -9 of web", "kill -9 of the other worker"]


@pytest.fixture
def product(tmp_path):
    with Running(tmp_path) as running:
        yield running


def test_returns_are_paid_once_and_as_promised_through_the_kills(product):
    dice = random.Random(1)
    filled = product.driver("fill", orders=RETURNS, seed=1)
    product.provider.fail_by_chance(0.3, 1, ["timeout_after_paying"])
    returners = Returners(product.url, filled, seed=1)
    try:
        for order in filled["orders"]:
            returners.send_back(order)
        for turn, kill in enumerate(KILLS, start=1):
            _wait_until(lambda turn=turn: returners.told >= turn * RETURNS // 4, product, returners)
            FAULTS[kill](product, dice)
        sent_back = returners.see_through(product, PATIENCE)
    finally:
        returners.leave()

    promised = Promised(sent_back=sent_back, silent=returners.silent)
    found = reckon(product, promised, patience=PATIENCE)

    assert {one.way for one in sent_back} == set(WAYS)
    assert len(sent_back) == RETURNS
    assert len(returners.silent) == 10
    paid = [one for one in sent_back if one.pays]
    assert found.payouts == found.parts >= len(paid) == 16
    assert not found.faults, "\n".join(found.faults)


def _wait_until(true, product: Running, returners: Returners) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        returners.let_time_pass(product)
        time.sleep(0.05)
    assert true(), "The product has stopped answering."
