"""`make bench`: the floor and ours side by side, in one run, as one table and as JSON.

Only the ratios count; absolute figures move with the machine. The two servers take turns, each
with two sync workers. What changes orders is measured on a database of its own, that is made and
filled here and dropped again; what reads on a seeded one, that is kept.

    BENCH_ON       a seeded database on the same server: measures reading on it, and nothing else
    BENCH_ORDERS   orders in the database of its own (3000)
    BENCH_SECONDS  per measurement (3)
    BENCH_ROUNDS   measurements of each, in turn (3); the median counts
    BENCH_ONLY     part of the names of the operations to measure (all)
"""

import os
import shutil

from tests.load.databases import ORDERS, SEEDED, fill, prepared, signed_in
from tests.load.measuring import Server, measure, tell
from tests.load.operations import folder_for_frames, keep_frames, placed, seeded

ONLY = os.environ.get("BENCH_ONLY", "")


def main() -> None:
    os.environ["BENCH_FRAMES"] = folder_for_frames()
    try:
        with prepared():
            if SEEDED:
                _run(seeded, _largest_seller())
            else:
                numbers = fill()
                _run(lambda seller_id: placed(seller_id, numbers), _seller("s0"))
    finally:
        shutil.rmtree(os.environ["BENCH_FRAMES"])


def _run(operations_of, seller) -> None:
    servers: dict[str, Server] = {}
    with signed_in(seller) as headers:
        try:
            servers["floor"] = Server("tests.load.floor:application", "tests.load.floor_settings")
            servers["ours"] = Server("marketplace.wsgi:application", "marketplace.settings")
            if SEEDED:
                keep_frames(servers["ours"], headers["pages"])
            found = [one for one in operations_of(seller.pk) if ONLY in one.name]
            measure(found, servers, headers)
            tell(found, data=SEEDED or f"{ORDERS} orders placed", keep=not ONLY)
        finally:
            for running in servers.values():
                running.stop()


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
    main()
