"""Many packages shipped as one job, by workers that are killed: each leaves once."""

import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proofs.reckoning import Reckoning, drain
from tests.proofs.running import Running

PATIENCE = 120  # seconds in which nothing moves until it is called lost
DRAIN = 180
WORKER = "work"


@dataclass
class Bulk:
    """What came of it; `stops` says for how long the job stood still after each kill."""

    packages: int
    job: dict = field(default_factory=dict)
    seconds: float = 0.0
    stops: list[float] = field(default_factory=list)
    shipments: dict = field(default_factory=dict)
    found: Reckoning = field(default_factory=Reckoning)

    @property
    def failures(self) -> list[str]:
        return self.found.faults


def run_bulk(*, packages: int, seed: int) -> Bulk:
    """Ship `packages` packages as one job; a third into it the worker's children are killed, at
    two thirds the whole worker."""
    bulk = Bulk(packages)
    with TemporaryDirectory(prefix="proofs-") as folder, Running(Path(folder)) as product:
        numbers = product.driver("bench", packages=packages, seed=seed)
        begin = time.monotonic()
        job = product.driver("ship_all", numbers=numbers)
        dice = random.Random(f"bulk/{seed}")
        for share, kill in ((1 / 3, _kill_children), (2 / 3, _kill_worker)):
            _wait(product, bulk, job, until=int(packages * share) + dice.randrange(packages // 10))
            kill(product)
            _note_stop(product, bulk, job)
        _wait(product, bulk, job, until=packages)
        bulk.seconds = time.monotonic() - begin
        left = drain(product, bulk.found, patience=DRAIN)
        bulk.found.hold(not left, f"After {DRAIN} s there is still something under way: {left}")
        _judge(bulk, product)
    return bulk


def _kill_children(product: Running) -> None:
    for child in product.children(WORKER):
        os.kill(child, signal.SIGKILL)


def _kill_worker(product: Running) -> None:
    product.kill(WORKER)
    product.start(WORKER)


def _wait(product: Running, bulk: Bulk, job: str, *, until: int) -> None:
    """Until so many are done, or nothing has moved for too long."""
    moved = time.monotonic()
    while True:
        product.supervise()
        now = product.driver("job", number=job)
        if now["done"] != bulk.job.get("done"):
            moved = time.monotonic()
        bulk.job = now
        ended = now["status"] not in ("waiting", "running")
        if now["done"] >= until or ended or time.monotonic() - moved > PATIENCE:
            return
        time.sleep(0.03)


def _note_stop(product: Running, bulk: Bulk, job: str) -> None:
    """What a kill costs: the time until the next step is done."""
    begin = time.monotonic()
    bulk.job = product.driver("job", number=job)
    _wait(product, bulk, job, until=bulk.job["done"] + 1)
    bulk.stops.append(time.monotonic() - begin)


def _judge(bulk: Bulk, product: Running) -> None:
    found, job, many = bulk.found, bulk.job, bulk.packages
    bulk.shipments = told = product.driver("shipments")
    once = {"1": many}
    found.hold(
        (job["status"], job["done"], job["failed"], job["rows"]) == ("done", many, 0, many),
        f"The job is not done with {many} rows: {job}",
    )
    found.hold(told["statuses"] == {"shipped": many}, f"Packages stand at {told['statuses']}")
    found.hold(told["times"] == once, f"Packages left so often: {told['times']}")
    found.hold(told["times_of_items"] == once, f"Items left so often: {told['times_of_items']}")
    found.hold(told["told"] == once, f"Customers were written so often: {told['told']}")
    sent = product.sent()
    missing = set(told["mails"]) - set(sent)
    found.hold(not missing, f"{len(missing)} mails were noted as sent and were not")
    found.mails_repeated = sum(times - 1 for times in sent.values())
    found.faults += product.driver("check")
