"""When something that happens every day or week at an hour is next due. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_run(
    after: datetime, *, every: str, hour: int, zone: str, weekday: int | None = None
) -> datetime:
    """The first UTC instant later than `after` at which the clocks of `zone` show `hour` o'clock,
    on `weekday` (Monday is 0) where `every` is "week".

    An hour that the clocks leap over that day is due at the leap; of one that they show twice it
    is the first. So there is exactly one run a day, whatever the clocks do.
    """
    place = ZoneInfo(zone)
    day = after.astimezone(place).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, time(hour), tzinfo=place).astimezone(UTC)
        if moment > after and (every == "day" or day.weekday() == weekday):
            return moment
        day += timedelta(days=1)
