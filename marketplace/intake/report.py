"""An import told in words, for the terminal."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from core.errors import DomainError, Problems
from marketplace.intake.importing import Refused, Summary

NAMED = 5  # how many of a kind are named; the rest is counted


def report(summary: Summary, *, seconds: float) -> Iterator[str]:
    """The lines of a summary: what came in, what did not and why, and what was odd."""
    yield _("Orders imported: %(count)s in %(seconds).1f s (%(rate)s a second)") % {
        "count": grouped(summary.imported),
        "seconds": seconds,
        "rate": grouped(round(summary.imported / seconds) if seconds else 0),
    }
    if summary.already_there:
        yield f"{_('There already, with the same content')}: {grouped(summary.already_there)}"
    for words, names in (
        (_("Sellers created from the sellers file"), summary.sellers_from_file),
        (_("Sellers created of whom only the code is known"), summary.sellers_by_code),
        (_("Payments differ from the total"), summary.payments_differ),
        (_("Cancelled after the hand-over, so returned"), summary.cancelled_after_handover),
        (_("Skipped steps were inferred"), summary.steps_inferred),
        (_("Steps at an unknown time"), summary.times_unknown),
        (_("Dates out of order, taken as given"), summary.out_of_order),
        (_("Steps that have not happened yet, left out"), summary.not_happened_yet),
    ):
        if names:
            yield _listed(words, names)
    yield from _told(_("Not imported, there already with other content"), summary.conflicts)
    yield from _told(_("Not imported"), summary.refused)
    if not (summary.imported or summary.sellers_from_file or summary.sellers_by_code):
        yield _("Nothing was changed.")


def reasons(problem: DomainError) -> Iterator[str]:
    """Every reason of a refusal, each with the field it names and what is allowed instead."""
    for reason in problem.problems if isinstance(problem, Problems) else [problem]:
        where = f"{reason.field}: " if reason.field else ""
        allowed = (
            " " + _("Allowed: %(values)s.") % {"values": ", ".join(reason.allowed)}
            if reason.allowed
            else ""
        )
        yield f"{where}{reason}{allowed}"


def told(refused: Refused) -> str:
    """One refused line in words: "line 17: items/0/quantity: …; total: …"."""
    place = _("line %(line)s") % {"line": refused.line} if refused.line else _("file")
    number = f" ({refused.number})" if refused.number else ""
    return f"{place}{number}: " + "; ".join(reasons(refused.problem))


def grouped(count: int) -> str:
    return f"{count:,}"


def _listed(words: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    if len(names) > NAMED:
        shown = _("%(shown)s and %(more)s more") % {
            "shown": shown,
            "more": grouped(len(names) - NAMED),
        }
    return f"{words}: {grouped(len(names))} ({shown})"


def _told(words: str, refused: Sequence[Refused]) -> Iterator[str]:
    if refused:
        yield f"{words}: {grouped(len(refused))}"
        for entry in refused:
            yield f"  {told(entry)}"
