"""The worker dies at every commit and every call of the refund path, before and after it.

A forked child does the work and ends itself with `os._exit`, which runs no handler and rolls
nothing back: what a `kill -9` at that very point leaves behind. Then the sweeps come by.
"""

import os
from collections.abc import Callable

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from refunds.gateway.simulator import Simulator
from refunds.models import RefundAttempt
from refunds.operations import execute_plan, reconcile_attempt
from tests.factories import line, make_order, make_seller
from tests.refunds.conftest import (
    keys_of,
    let_time_pass,
    paid_of,
    plan_for,
    settle_everything,
    sweep,
)

pytestmark = pytest.mark.usefixtures("sound_money")

DIED = 77
SIDES = ("before", "after")
# A plan of two parts: the intent, and two answers; a call per part.
EXECUTION = [("commit", n, side) for n in (1, 2, 3) for side in SIDES]
EXECUTION += [("refund", n, side) for n in (1, 2) for side in SIDES]
# An attempt that was never seen: asked for, sent again, its answer written down.
RECONCILING = [(step, 1, side) for step in ("find", "refund", "commit") for side in SIDES]

STEPS = {
    "commit": (BaseDatabaseWrapper, "commit"),
    "refund": (Simulator, "refund"),
    "find": (Simulator, "find"),
}


def die_at(step: str, turn: int, side: str) -> None:
    """From now on in this process: the n-th call of this step is the last thing done."""
    owner, name = STEPS[step]
    original, seen = getattr(owner, name), 0

    def deadly(*args, **kwargs):
        nonlocal seen
        seen += 1
        if seen == turn and side == "before":
            os._exit(DIED)
        answer = original(*args, **kwargs)
        if seen == turn:
            os._exit(DIED)
        return answer

    setattr(owner, name, deadly)


def leave_connections_to_the_parent() -> list:
    """Where a browser's event loop runs, `connections` means others before and after the fork:
    one that was not closed would be shared, and would outlive the child. Kept, never closed."""
    inherited = []
    for connection in connections.all(initialized_only=True):
        inherited.append(connection.connection)
        connection.connection = None
    return inherited


def in_a_worker(work: Callable[[], None], point: tuple[str, int, str]) -> int:
    """Run `work` in a process that dies at `point`; returns how it ended."""
    connections.close_all()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        kept = leave_connections_to_the_parent()  # noqa: F841 (collected, it would be closed)
        try:
            die_at(*point)
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def assert_paid_exactly_once(provider, plan) -> None:
    settle_everything()
    plan.refresh_from_db()
    assert plan.status == "completed"
    keys = keys_of(plan)
    assert len(keys) == plan.parts.count()
    for key in keys:
        assert provider.journal(key)["payouts_per_key"] == {key: 1}
    assert paid_of(provider, plan) == plan.total


@pytest.mark.parametrize("point", EXECUTION, ids=lambda point: "-".join(map(str, point)))
def test_a_worker_that_dies_while_paying(provider, point):
    order = make_order(
        lines=[line(make_seller(), 3, 1000)], payments=[("voucher", 1200), ("credit_card", 1800)]
    )
    plan = plan_for(order)
    assert in_a_worker(lambda: execute_plan(plan_id=plan.pk), point) == DIED
    sweep()
    assert_paid_exactly_once(provider, plan)


@pytest.mark.parametrize("point", RECONCILING, ids=lambda point: "-".join(map(str, point)))
def test_a_worker_that_dies_while_reconciling(provider, point):
    plan = plan_for(make_order())
    provider.fail("error_before_paying")
    execute_plan(plan_id=plan.pk)
    let_time_pass()
    attempt = RefundAttempt.objects.get(part__plan=plan)
    assert in_a_worker(lambda: reconcile_attempt(attempt_id=attempt.pk), point) == DIED
    assert_paid_exactly_once(provider, plan)


def test_every_point_of_the_path_is_covered(provider):
    """One more commit or call than the lists know would be a point that nobody tested."""
    order = make_order(
        lines=[line(make_seller(), 3, 1000)], payments=[("voucher", 1200), ("credit_card", 1800)]
    )
    plan = plan_for(order)
    for step, turns in {"commit": 3, "refund": 2}.items():
        assert turns == max(n for name, n, _side in EXECUTION if name == step)
    assert in_a_worker(lambda: execute_plan(plan_id=plan.pk), ("commit", 4, "before")) == 0
    plan.refresh_from_db()
    assert plan.status == "completed"
