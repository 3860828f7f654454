"""`make bench`: the floor and ours side by side, in one run, as one table and as JSON.

Only the ratios count; absolute figures move with the machine. The two servers take turns, each
with two sync workers. What changes orders is measured on a database of its own, that is made and
filled here and dropped again; what reads, and exports, on a seeded one, that is kept as it is:
nothing is placed or cancelled there. The exit code is not zero when a bar is missed by more than a
quarter.

    BENCH_ON       a seeded database on the same server: measures reading on it, and nothing else;
                   two with a comma between: one after the other, and the second beside the first
    BENCH_ORDERS   orders in the database of its own (9000)
    BENCH_SECONDS  per measurement (3)
    BENCH_ROUNDS   measurements of each, in turn (3); the median counts
    BENCH_ONLY     part of the names of the operations to measure (all)
"""

import os
import shutil
import subprocess
import sys

from tests.load.databases import ORDERS, SEEDED, fill, prepared, signed_in
from tests.load.exporting import exports
from tests.load.measuring import Server, measure
from tests.load.operations import folder_for_frames, keep_frames, placed, seeded
from tests.load.telling import beside, tell

ONLY = os.environ.get("BENCH_ONLY", "")


def main() -> bool:
    """Whether the gate lets it pass."""
    smaller, _comma, larger = SEEDED.partition(",")
    if larger:
        passed = [_in_its_own_process(name) for name in (smaller, larger)]
        # Of a part no figures are kept, so there is nothing to lay beside.
        alike = bool(ONLY) or beside(smaller, larger)
        return alike and all(passed)
    os.environ["BENCH_FRAMES"] = folder_for_frames()
    try:
        with prepared():
            if SEEDED:
                return _run(seeded, _largest_seller())
            numbers = fill()
            return _run(lambda seller_id: placed(seller_id, numbers), _seller("s0"))
    finally:
        shutil.rmtree(os.environ["BENCH_FRAMES"])


def _in_its_own_process(database: str) -> bool:
    command = [sys.executable, "-m", "tests.load.bench"]
    return subprocess.run(command, env={**os.environ, "BENCH_ON": database}).returncode == 0


def _run(operations_of, seller) -> bool:
    servers: dict[str, Server] = {}
    with signed_in(seller) as headers:
        try:
            servers["floor"] = Server("tests.load.floor:application", "tests.load.floor_settings")
            servers["ours"] = Server("marketplace.wsgi:application", "marketplace.settings")
            if SEEDED:
                keep_frames(servers["ours"], headers["pages"])
            found = [one for one in operations_of(seller.pk) if ONLY in one.name]
            measure(found, servers, headers)
        finally:
            for running in servers.values():
                running.stop()
    rows = [operation.told() for operation in found]
    if not ONLY or "export" in ONLY:
        rows += exports()
    return tell(rows, data=SEEDED or f"{ORDERS} orders placed", keep=not ONLY)


def _seller(code: str):
    from sellers.models import Seller

    return Seller.objects.get(code=code)


def _largest_seller():
    """The one with most packages."""
    from django.db.models import Count

    from packages.models import Package
    from sellers.models import Seller

    counted = Package.objects.order_by().values("seller").annotate(rows=Count("pk"))
    return Seller.objects.get(pk=counted.order_by("-rows").first()["seller"])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
