"""Every pair of acts on one order, at the same moment: an allowed end, and the loser told why.

PROOF_ROUNDS says how often each pair meets (else 20 times; less often where the scene takes long to
set), PROOF_SEED repeats a run's delays, PROOF_PAIR picks the pairs with these words in their name,
PROOF_SHARE="0/2" every other one, so that two processes do them all.
"""

import os

import pytest

from marketplace.invariants.check import check
from refunds.gateway import GATEWAYS
from tests.plugins.soundness import NOT_IN_TESTS
from tests.proofs.pairs import PAIRS, Pair
from tests.proofs.pairs.repacking import REPACKING
from tests.proofs.pairs.reporting import REPORTING
from tests.proofs.pairs.returns import RETURNING
from tests.proofs.races import race, runners
from tests.proofs.scenes import People

ROUNDS = int(os.environ.get("PROOF_ROUNDS", "0"))
SEED = int(os.environ.get("PROOF_SEED", "1"))
CHOSEN = os.environ.get("PROOF_PAIR", "")
SHARE, SHARES = map(int, os.environ.get("PROOF_SHARE", "0/1").split("/"))
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.concurrency,
    pytest.mark.timeout(60 + 60 * (ROUNDS or 20)),
]


def rounds_of(pair: Pair) -> int:
    if ROUNDS:
        return ROUNDS
    if pair in RETURNING:  # ordered, paid, shipped and delivered before anybody can ask
        return 4
    return 8 if pair in (*REPACKING, *REPORTING) else 20


@pytest.fixture
def people(monkeypatch):
    everybody = People()
    monkeypatch.setitem(GATEWAYS, "simulator", lambda: everybody.provider)
    # Tasks are rung for after each commit; here nobody needs to hear it.
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: True)
    return everybody


def test_every_pair_has_a_name_of_its_own():
    assert len({pair.name for pair in PAIRS}) == len(PAIRS) >= 110


def test_two_acts_at_once_have_an_allowed_end(people, subtests, record_property):
    """One database for all pairs: emptying it after each would take longer than the pair."""
    with runners() as two:
        for pair in PAIRS[SHARE::SHARES]:
            if CHOSEN not in pair.name:
                continue
            with subtests.test(pair.name):
                outcomes = race(pair, people, two, rounds=rounds_of(pair), seed=SEED)
                record_property(pair.name, dict(outcomes))
                assert not check(leaving_out=NOT_IN_TESTS)
