"""How big a seeded marketplace is, and how it is cut into chunks that know nothing of each other.

Every chunk is a function of the shape and its own number: the same shape gives the same rows,
however many processes write them and in whatever order they finish.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

CHUNK = 5_000  # orders; changing it changes the rows of a seed
LIVE_DAYS = 14


@dataclass(frozen=True)
class Shape:
    """So many orders of so many sellers, placed in the `days` before `now`."""

    orders: int
    sellers: int
    seed: int
    now: datetime
    days: int = 730

    @property
    def began_at(self) -> datetime:
        return self.now - timedelta(days=self.days)

    @property
    def live_since(self) -> datetime:
        """What was placed before is an imported past; from here on everything happened here."""
        return self.now - timedelta(days=LIVE_DAYS)

    @property
    def chunks(self) -> range:
        return range(-(-self.orders // CHUNK))

    def orders_of(self, chunk: int) -> range:
        """The numbers of the orders of a chunk, from 0, in the order of their placement."""
        return range(chunk * CHUNK, min((chunk + 1) * CHUNK, self.orders))

    def random_of(self, what: object) -> Random:
        """Chance that is the same whenever the same thing is asked about."""
        return Random(f"{self.seed}/{what}")  # noqa: S311 (believable, not secret)
