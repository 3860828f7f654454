"""Two deadlines of every step pass before two beats: each is acted on once, and in time.

Five hundred are `python -m tests.proofs silence`.
"""

import pytest

from core.deadlines.expiry import HANDLERS
from tests.proofs.silence import run_silence

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(420)]


def test_every_step_that_passes_is_acted_on_once_and_within_a_minute():
    done = run_silence(each=2, seed=1, spread=5)

    assert not done.failures, "\n".join(done.failures)
    assert set(done.late) == set(HANDLERS)
    assert all(seconds >= 0 for seconds in done.late.values())
    assert done.reminded_late >= 0
