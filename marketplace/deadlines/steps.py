"""The steps in words. The kernel times them and knows no app; this is the roof, which knows all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.deadlines.defaults import DEFAULTS, Terms
from core.deadlines.models import Action, DeadlineRule, UnitChoice
from core.deadlines.schedule import scheduled

Words = str | Promise


@dataclass(frozen=True)
class Step:
    """What runs, and what a preview says of one that begins now; `due_at` follows it."""

    name: Words
    begins: Words
    preview: Words


STEPS: dict[str, Step] = {
    "package.ship_by": Step(
        _("Ship an order"),
        _("The order is placed, and names no day of its own"),
        _("An order placed now would have to ship before"),
    ),
    "cancellation.answer": Step(
        _("Answer a cancellation"),
        _("A request waits for the seller"),
        _("A request made now would have to be answered before"),
    ),
    "cancellation.escalated": Step(
        _("Answer a cancellation for the seller"),
        _("The seller's time is over, and the marketplace decides"),
        _("A request left to the marketplace now would have to be answered before"),
    ),
    "return.answer": Step(
        _("Answer a return"),
        _("A request waits for the seller"),
        _("A return asked for now would have to be answered before"),
    ),
    "return.escalated": Step(
        _("Answer a return for the seller"),
        _("The seller's time is over, and the marketplace decides"),
        _("A return left to the marketplace now would have to be answered before"),
    ),
    "return.offer": Step(
        _("Answer a counter-offer"),
        _("The seller offers something else than a refund"),
        _("An offer made now would be open until"),
    ),
    "return.send_goods": Step(
        _("Send the goods back"),
        _("The return is approved"),
        _("Goods of a return approved now would have to be sent before"),
    ),
    "return.confirm_receipt": Step(
        _("Confirm what came back"),
        _("The goods have been handed to the carrier"),
        _("Goods sent now would have to be confirmed before"),
    ),
    "return.statement": Step(
        _("Give one's side of a dispute"),
        _("A return is rejected"),
        _("The customer could speak up until"),
    ),
    "return.decision": Step(
        _("Decide a dispute"),
        _("Both sides have spoken, or their time is over"),
        _("A dispute opened now would have to be decided before"),
    ),
    "return.appeal": Step(
        _("Appeal"),
        _("A dispute is decided"),
        _("An appeal against a decision made now would be open until"),
    ),
    "return.window": Step(
        _("Ask for a return"),
        _("The package is delivered"),
        _("Something delivered now could be returned until"),
    ),
}


def step_of(code: str) -> Step:
    """The words of a step; one that nobody has worded yet stays readable."""
    words = code.replace(".", ": ").replace("_", " ")
    return STEPS.get(code, Step(words, "", _("Begun now, it would be over at")))


@dataclass(frozen=True)
class RuleInWords:
    """A rule as the list shows it; `own` where the owner has written it."""

    step: str
    words: Step
    rule: DeadlineRule | Terms

    @property
    def own(self) -> bool:
        return isinstance(self.rule, DeadlineRule)

    @property
    def how_long(self) -> str:
        """ "2 working days"."""
        amount = self.rule.amount
        words = {
            UnitChoice.HOURS: ngettext("%(n)s hour", "%(n)s hours", amount),
            UnitChoice.CALENDAR_DAYS: ngettext("%(n)s calendar day", "%(n)s calendar days", amount),
            UnitChoice.WORKING_DAYS: ngettext("%(n)s working day", "%(n)s working days", amount),
        }
        return words[UnitChoice(self.rule.unit)] % {"n": amount}

    @property
    def at_the_end(self) -> Words:
        return Action(self.rule.on_expiry).label

    @property
    def reminders(self) -> list[str]:
        return [hours(minutes) for minutes in self.rule.reminders_before]

    @property
    def due_at(self) -> datetime:
        """When it would be over if it began now, in the marketplace's zone."""
        return scheduled(self.rule).due(timezone.now(), settings.DEFAULT_TIME_ZONE)


def hours(minutes: int) -> str:
    """Minutes as hours, as people type them: "24", "0.5"."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def rules_in_words() -> Iterator[RuleInWords]:
    """Every step with the rule that holds for it now."""
    written = {rule.step: rule for rule in DeadlineRule.objects.with_calendar()}
    order = [*(step for step in STEPS if step in DEFAULTS), *(DEFAULTS.keys() - STEPS.keys())]
    for step in order:
        yield RuleInWords(step, step_of(step), written.get(step, DEFAULTS[step]))
