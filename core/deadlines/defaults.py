"""The rules of product.md §6, which hold until the owner writes other ones into the table."""

from dataclasses import dataclass

from core.deadlines.calendar import Unit

DAY = 24 * 60  # in minutes


@dataclass(frozen=True, slots=True)
class Terms:
    """A rule that stands in no row: what `DeadlineRule` says, with the same names."""

    step: str
    amount: int
    unit: str
    on_expiry: str
    reminders_before: tuple[int, ...] = ()  # minutes
    calendar: None = None


DEFAULTS = {
    terms.step: terms
    for terms in (
        Terms("cancellation.answer", 2, Unit.CALENDAR_DAYS, "approve", (DAY, 4 * 60)),
        # The marketplace's own time, where the rule above says "escalate".
        Terms("cancellation.escalated", 2, Unit.CALENDAR_DAYS, "approve", (DAY,)),
        Terms("package.ship_by", 2, Unit.WORKING_DAYS, "flag", (DAY, 4 * 60)),
        Terms("return.answer", 2, Unit.WORKING_DAYS, "approve", (DAY, 4 * 60)),
        # The marketplace's own time, where silence may not approve that much.
        Terms("return.escalated", 2, Unit.WORKING_DAYS, "approve", (DAY,)),
        Terms("return.offer", 1, Unit.CALENDAR_DAYS, "close", (4 * 60,)),
        Terms("return.send_goods", 5, Unit.CALENDAR_DAYS, "close", (2 * DAY,)),
        Terms("return.confirm_receipt", 8, Unit.CALENDAR_DAYS, "approve", (2 * DAY, DAY)),
        # The customer's side, once a return was rejected; then the owner decides.
        Terms("return.statement", 48, Unit.HOURS, "close", (12 * 60,)),
        Terms("return.decision", 3, Unit.WORKING_DAYS, "flag", (DAY,)),
        Terms("return.appeal", 48, Unit.HOURS, "close"),
        Terms("return.window", 14, Unit.CALENDAR_DAYS, "close"),
    )
}

# What else the owner may choose for the end of a step; its handler knows no other.
CHOICES = {
    "cancellation.answer": ("approve", "reject", "escalate"),
    "cancellation.escalated": ("approve", "reject"),
    "package.ship_by": ("flag", "cancel"),
    "return.answer": ("approve", "escalate"),
    "return.confirm_receipt": ("approve", "escalate"),
}


def actions_of(step: str) -> tuple[str, ...]:
    """What may happen when the time of a step is over."""
    return CHOICES.get(step, (DEFAULTS[step].on_expiry,))
