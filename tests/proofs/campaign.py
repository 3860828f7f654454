"""Faults upon the running product while customers cancel and sellers ship: nothing is lost,
nothing paid twice, nothing both shipped and paid back."""

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
from tests.proofs.shopkeepers import Shopkeepers

DRAINED_WITHIN = 60  # seconds after the last fault (reliability.md §4)
PATIENCE = 180  # how long is waited before it is called lost
PER_FAULT = 5.0  # seconds, on two cores
TICK = 0.33  # seconds between two looks whether somebody has time to ask
AT_MOST = 6  # who ask at once
STOCK, RESTOCK = 100, 100  # orders; placed while the product runs, so that none runs out


@dataclass
class Campaign:
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)  # programs that nobody killed
    asked: int = 0
    too_late: int = 0
    served: list[tuple[str | None, str]] = field(default_factory=list)
    idle: float = 0.0  # seconds before the last fault in which nobody had anything to ask
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
        idle = [f"Nobody asked for anything for {self.idle:.0f} s"] if self.idle > 30 else []
        return [*self.found.faults, *late, *idle]


def run_campaign(*, faults: int, seed: int, minutes: float, say=print) -> Campaign:
    """Inflict `faults` faults of this seed, or as many as `minutes` allow, and reckon.

    The order of faults and what each hits come from the seed; at which instruction a process
    dies is the machine's choice.
    """
    campaign = Campaign(seed)
    begin = time.monotonic()
    with TemporaryDirectory(prefix="proofs-") as folder, Running(Path(folder)) as product:
        product.send_webhooks("once")
        filled = product.driver("fill", orders=STOCK, seed=seed)
        customers = Customers(product.url, filled, seed)
        shopkeepers = Shopkeepers(product.url, filled, seed)
        try:
            crowd = Crowd(product, customers, shopkeepers, seed)
            _inflict(campaign, product, crowd, faults, time.monotonic() + minutes * 60, say)
            product.provider.behave()
            stands = customers.wait()
            campaign.asked, campaign.too_late = stands.count(True), stands.count(False)
            campaign.served = shopkeepers.wait()
            campaign.repeated = customers.repeated + shopkeepers.repeated
        finally:
            customers.leave()
            shopkeepers.leave()
        campaign.found = reckon(
            product, asked=campaign.asked, patience=PATIENCE, served=campaign.served
        )
        campaign.ended = product.ended
        if campaign.failures or campaign.ended:
            say(product.logs())
    campaign.seconds = time.monotonic() - begin
    return campaign


class Crowd:
    """Customers and sellers who never run out of orders, and often want the same one."""

    def __init__(self, product: Running, customers: Customers, shopkeepers: Shopkeepers, seed: int):
        self.product, self.customers, self.shopkeepers = product, customers, shopkeepers
        self.seed = seed
        self.dice = random.Random(f"crowd/{seed}")
        self.last_asked = time.monotonic()

    def ask(self) -> None:
        """One more cancellation, and a seller at the same order for every other one."""
        if self.customers.under_way >= AT_MOST:
            return
        order = self.customers.next_order()
        acts = [self.customers.ask]
        if self.shopkeepers.under_way < AT_MOST and self.dice.random() < 0.5:
            acts.append(lambda: self.shopkeepers.serve(order))
        self.dice.shuffle(acts)
        for act in acts:
            act()
        self.last_asked = time.monotonic()

    def restock(self) -> None:
        orders = self.customers.orders
        if self.customers.stock < RESTOCK / 2:
            placed = {"orders": RESTOCK, "seed": self.seed, "first": len(orders)}
            orders += self.product.driver("place", **placed)


def _inflict(
    campaign: Campaign, product: Running, crowd: Crowd, faults: int, deadline: float, say
) -> None:
    """One fault after the other; customers and sellers go on asking all the time."""
    dice = random.Random(f"campaign/{campaign.seed}")
    for number, name in enumerate(schedule(faults, campaign.seed), start=1):
        if time.monotonic() > deadline:
            say(f"Time is over after {number - 1} of {faults} faults.")
            return
        crowd.restock()
        pause = time.monotonic() + dice.uniform(0.3, 2 * PER_FAULT - 3)
        while time.monotonic() < pause:
            product.supervise()
            crowd.ask()
            time.sleep(TICK)
        campaign.idle = max(campaign.idle, time.monotonic() - crowd.last_asked)
        FAULTS[name](product, dice)
        campaign.faults[name] += 1
        if number % 20 == 0:
            retried = product.driver("retry")
            told = crowd.customers.told + crowd.shopkeepers.told
            say(f"{number} faults, {told} told, {retried} refused plans tried again")
