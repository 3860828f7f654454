"""Faults upon the running product while customers cancel: nothing lost, nothing paid twice."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proofs.customers import Customers
from tests.proofs.faults import FAULTS, schedule
from tests.proofs.reckoning import Reckoning, reckon
from tests.proofs.running import Running

DRAINED_WITHIN = 60  # seconds after the last fault (reliability.md §4)
PATIENCE = 180  # how long is waited before it is called lost
PER_FAULT = 5.0  # seconds, on two cores
CANCELS_PER_SECOND = 1.5


@dataclass
class Campaign:
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    repeated: int = 0
    seconds: float = 0.0
    found: Reckoning = field(default_factory=Reckoning)

    @property
    def failures(self) -> list[str]:
        late = [
            f"There were {kind} under way for {seconds:.0f} s after the last fault"
            for kind, seconds in self.found.last_seen.items()
            if seconds > DRAINED_WITHIN
        ]
        return [*self.found.faults, *late]


def run_campaign(*, faults: int, seed: int, minutes: float, say=print) -> Campaign:
    """Inflict `faults` faults of this seed, or as many as `minutes` allow, and reckon.

    The order of faults and what each hits come from the seed; at which instruction a process
    dies is the machine's choice.
    """
    campaign = Campaign(seed)
    begin = time.monotonic()
    with TemporaryDirectory(prefix="proofs-") as folder, Running(Path(folder)) as product:
        span = min(faults * PER_FAULT, minutes * 60)
        orders = int(span * CANCELS_PER_SECOND) + 50
        filled = product.driver("fill", orders=orders, seed=seed)
        customers = Customers(product.url, filled, seed)
        try:
            _inflict(campaign, product, customers, faults, time.monotonic() + minutes * 60, say)
            product.provider.behave()
            campaign.asked = customers.wait()
            campaign.repeated = customers.repeated
        finally:
            customers.leave()
        campaign.found = reckon(product, asked=campaign.asked, patience=PATIENCE)
        if campaign.failures:
            say(product.logs())
    campaign.seconds = time.monotonic() - begin
    return campaign


def _inflict(
    campaign: Campaign,
    product: Running,
    customers: Customers,
    faults: int,
    deadline: float,
    say,
) -> None:
    """One fault after the other; customers go on asking all the time."""
    dice = random.Random(f"campaign/{campaign.seed}")
    for number, name in enumerate(schedule(faults, campaign.seed), start=1):
        if time.monotonic() > deadline:
            say(f"Time is over after {number - 1} of {faults} faults.")
            return
        pause = time.monotonic() + dice.uniform(0.3, 2 * PER_FAULT - 3)
        while time.monotonic() < pause:
            if len(customers.asked) - customers.told < 6:
                customers.ask()
            time.sleep(0.5 / CANCELS_PER_SECOND)
        FAULTS[name](product, dice)
        campaign.faults[name] += 1
        if number % 20 == 0:
            retried = product.driver("retry")
            say(f"{number} faults, {customers.told} told, {retried} refused plans tried again")
