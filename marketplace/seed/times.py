"""When people buy: more every month, more at weekends and in the evening, most before Christmas."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from marketplace.seed.shape import Shape

GROWTH = 1.4  # the last day has so much more than the first
WEEKDAYS = (1.0, 0.96, 0.95, 0.97, 1.02, 1.14, 1.28)  # Monday first
MONTHS = {11: 1.35, 12: 1.3, 1: 0.9, 7: 0.92, 8: 0.9}
# fmt: off
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 13, 14, 14, 14, 13, 13, 13, 14, 15, 17, 20, 22, 20, 13, 6)
# fmt: on


class Rhythm:
    """Turns an order's place among all orders into the moment it was placed at."""

    def __init__(self, shape: Shape):
        self.shape = shape
        self.began_at = shape.began_at.astimezone(UTC)
        hours = shape.days * 24
        self.until = list(accumulate(self._weight(hour, hours) for hour in range(hours)))

    def _weight(self, hour: int, hours: int) -> float:
        at = self.began_at + timedelta(hours=hour)
        growth = 1 + GROWTH * hour / hours
        return growth * WEEKDAYS[at.weekday()] * MONTHS.get(at.month, 1.0) * HOURS[at.hour]

    def placed_at(self, order: int, jitter: float) -> datetime:
        """Later for every next order; `jitter` within [0, 1)."""
        wanted = (order + jitter) / self.shape.orders * self.until[-1]
        hour = min(bisect_right(self.until, wanted), len(self.until) - 1)
        before = self.until[hour - 1] if hour else 0.0
        within = (wanted - before) / (self.until[hour] - before)
        return self.began_at + timedelta(hours=hour, seconds=int(within * 3600))
