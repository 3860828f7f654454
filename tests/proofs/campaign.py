"""Faults upon the running product while customers cancel and return and sellers ship: nothing is
lost, nothing paid twice, nothing both shipped and paid back."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.proofs.customers import Customers
from tests.proofs.faults import FAULTS, schedule
from tests.proofs.reckoning import Promised, Reckoning, reckon
from tests.proofs.returning import Returners
from tests.proofs.running import Running
from tests.proofs.shopkeepers import Shopkeepers

DRAINED_WITHIN = 60  # seconds after the last fault (reliability.md §4)
PATIENCE = 180  # how long is waited before it is called lost
PAUSE = (0.3, 3.4)  # seconds between two faults
TICK = 0.33  # seconds between two looks whether somebody has time to ask
AT_MOST = 6  # who ask at once
SENDING_BACK = 3  # returns under way at once
SENT_BACK = 0.15  # of all moments: a return begins, which is ten acts of three people
CROWDED = 120  # deliveries owed: more is asked of a slow machine only once these are fewer
STOCK, RESTOCK = 100, 100  # orders; placed while the product runs, so that none runs out


@dataclass
class Campaign:
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)  # programs that nobody killed
    promised: Promised = field(default_factory=Promised)
    too_late: int = 0
    idle: float = 0.0  # seconds before the last fault in which the product had nothing to do
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
        idle = [f"The product had nothing to do for {self.idle:.0f} s"] if self.idle > 30 else []
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
        crowd = Crowd(product, seed)
        try:
            _inflict(campaign, product, crowd, faults, time.monotonic() + minutes * 60, say)
            last_fault = time.monotonic()
            product.provider.behave()
            crowd.tell_all(campaign)
        finally:
            crowd.leave()
        campaign.found = reckon(product, campaign.promised, patience=PATIENCE, since=last_fault)
        campaign.ended = product.ended
        if campaign.failures or campaign.ended:
            say(product.logs())
    campaign.seconds = time.monotonic() - begin
    return campaign


class Crowd:
    """Customers and sellers who never run out of orders, and often want the same one; and
    customers who return theirs, each an order of their own."""

    def __init__(self, product: Running, seed: int):
        filled = product.driver("fill", orders=STOCK, seed=seed)
        self.product, self.seed = product, seed
        self.customers = Customers(product.url, filled, seed)
        self.shopkeepers = Shopkeepers(product.url, filled, seed)
        self.returners = Returners(product.url, filled, seed)
        self.dice = random.Random(f"crowd/{seed}")
        self.last_busy = time.monotonic()
        self.placed = STOCK
        self.to_send_back: list[dict] = []

    @property
    def everybody(self) -> tuple[Customers, Shopkeepers, Returners]:
        return self.customers, self.shopkeepers, self.returners

    @property
    def told(self) -> int:
        return sum(people.told for people in self.everybody)

    def act(self) -> None:
        """One more of each who has time to ask; none while the product has not caught up."""
        self.returners.let_time_pass(self.product)
        if self.product.driver("owed") > CROWDED:
            self.last_busy = time.monotonic()
            return
        self._cancel()
        if self.returners.under_way < SENDING_BACK and self.dice.random() < SENT_BACK:
            self.returners.send_back(self.to_send_back.pop())

    def _cancel(self) -> None:
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
        self.last_busy = time.monotonic()

    def restock(self) -> None:
        if self.customers.stock < RESTOCK / 2:
            self.customers.orders += self._place(RESTOCK)
        if len(self.to_send_back) < RESTOCK / 4:
            self.to_send_back += self._place(RESTOCK // 2)

    def _place(self, orders: int) -> list[dict]:
        placed = self.product.driver("place", orders=orders, seed=self.seed, first=self.placed)
        self.placed += orders
        return placed

    def tell_all(self, campaign: Campaign) -> None:
        """Wait until everybody was answered, and note what they were told."""
        sent_back = self.returners.see_through(self.product, PATIENCE)
        stands = self.customers.wait()
        campaign.too_late = stands.count(False)
        campaign.promised = Promised(
            cancelled=stands.count(True),
            served=self.shopkeepers.wait(),
            sent_back=sent_back,
            silent=self.returners.silent,
        )
        campaign.repeated = sum(people.repeated for people in self.everybody)

    def leave(self) -> None:
        for people in self.everybody:
            people.leave()


def _inflict(
    campaign: Campaign, product: Running, crowd: Crowd, faults: int, deadline: float, say
) -> None:
    """One fault after the other; everybody goes on asking all the time."""
    dice = random.Random(f"campaign/{campaign.seed}")
    for number, name in enumerate(schedule(faults, campaign.seed), start=1):
        if time.monotonic() > deadline:
            say(f"Time is over after {number - 1} of {faults} faults.")
            return
        crowd.restock()
        pause = time.monotonic() + dice.uniform(*PAUSE)
        while time.monotonic() < pause:
            product.supervise()
            crowd.act()
            time.sleep(TICK)
        campaign.idle = max(campaign.idle, time.monotonic() - crowd.last_busy)
        FAULTS[name](product, dice)
        campaign.faults[name] += 1
        if number % 20 == 0:
            retried = product.driver("retry")
            say(f"{number} faults, {crowd.told} told, {retried} refused plans tried again")
