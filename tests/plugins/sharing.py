"""Which worker runs what: each file whole on one, the longest first, so that all end together.

For `--dist loadfile`. The running product of tests/browser takes longest to start, so only one
worker does; the other files that take long begin while there is still enough left to share.
"""

import pytest

ONE_PRODUCT = "tests/browser"
LONGEST = (
    ONE_PRODUCT,
    "tests/concurrency/test_pairs.py",
    "tests/proofs/test_sample.py",
    "tests/proofs/test_returning_sample.py",
    "tests/returns/test_browser.py",
    "tests/proofs/test_bulk_sample.py",
    "tests/aftersales/test_browser.py",
    "tests/proofs/test_silence_sample.py",
    "tests/design/test_in_the_browser.py",
    "tests/mutation/test_mutants.py",
    "tests/orders_pages/test_browser.py",
    "tests/palette/test_browser.py",
    "tests/packages/test_browser.py",
    "tests/cancellations/test_browser.py",
    "tests/refunds/test_execution.py",
    "tests/core/test_real_worker.py",
)


def unit_of(node: str) -> str:
    """What stays together: a file, or all of the browser's journeys through the product."""
    file = node.split("::", 1)[0]
    return ONE_PRODUCT if file.startswith(f"{ONE_PRODUCT}/") else file


def in_order(units: dict[str, int]) -> list[str]:
    """{unit: number of tests}: first those known to be long, then by the number of tests."""

    def place(unit: str) -> tuple[int, int]:
        known = LONGEST.index(unit) if unit in LONGEST else len(LONGEST)
        return known, -units[unit]

    return sorted(units, key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

        def _assign_work_unit(self, node) -> None:
            first = in_order({unit: len(tests) for unit, tests in self.workqueue.items()})[0]
            self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

    return LongestFirst(config, log)
