"""Sixty packages shipped as a job whose worker is killed twice: each leaves once.

A thousand are `python -m tests.proofs bulk`.
"""

import pytest

from tests.proofs.bulk import run_bulk

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(420)]


def test_sixty_packages_leave_once_though_their_worker_is_killed():
    done = run_bulk(packages=60, seed=1)

    assert not done.failures, "\n".join(done.failures)
    assert done.job["done"] == 60
    assert len(done.stops) == 2
    assert max(done.stops) < 60
