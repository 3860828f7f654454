"""An import told in words, for the terminal."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError, Problems
from marketplace.intake.importing import Refused, Summary

NAMED = 5  # how many of a kind are named; the rest is counted


def report(summary: Summary, *, seconds: float) -> Iterator[str]:
    """The lines of a summary: what came in, what did not and why, and what was odd."""
    if summary.sellers_from_file:
        yield _listed(_("sellers created from the sellers file"), summary.sellers_from_file)
    if summary.sellers_by_code:
        yield _listed(_("sellers created of whom only the code is known"), summary.sellers_by_code)
    yield _("%(count)s orders imported in %(seconds).1f s (%(rate)s orders/s)") % {
        "count": grouped(summary.imported),
        "seconds": seconds,
        "rate": grouped(round(summary.imported / seconds) if seconds else 0),
    }
    if summary.already_there:
        yield _("%(count)s orders were there already, with the same content: unchanged") % {
            "count": grouped(summary.already_there)
        }
    for words, numbers in (
        (_("orders whose payments differ from their total"), summary.payments_differ),
        (
            _("orders cancelled after the hand-over to the carrier: they count as returned"),
            summary.cancelled_after_handover,
        ),
        (_("orders with skipped steps, which were inferred"), summary.steps_inferred),
        (_("orders with steps at an unknown time"), summary.times_unknown),
        (_("orders whose dates are out of order: taken as given"), summary.out_of_order),
        (_("orders with steps that have not happened yet: left out"), summary.not_happened_yet),
    ):
        if numbers:
            yield _listed(words, numbers)
    yield from _told(
        _("orders are there already with other content: not imported"), summary.conflicts
    )
    yield from _told(_("lines could not be imported"), summary.refused)
    if not summary.imported and summary.already_there and not summary.refused:
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
    more = len(names) - NAMED
    if more > 0:
        shown += ngettext(", and %(more)s more", ", and %(more)s more", more) % {
            "more": grouped(more)
        }
    return f"{grouped(len(names))} {words}: {shown}"


def _told(words: str, refused: Sequence[Refused]) -> Iterator[str]:
    if refused:
        yield f"{grouped(len(refused))} {words}:"
        for entry in refused:
            yield f"  {told(entry)}"
