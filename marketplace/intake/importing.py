"""Importing a file of orders, batch by batch, losing nothing and saying what was odd."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput
from marketplace.intake.lines import Damaged, JsonLines, parse
from marketplace.intake.past import place_with_past
from marketplace.intake.sellers import create_missing, known_only_by_code, read_seller
from orders.history import walk
from orders.incoming import NewOrder, moved_by, read_order
from orders.operations.placing import NumberTaken
from sellers.models import Seller

Numbered = tuple[int, NewOrder]


class Stopped(Exception):
    """A strict import met its first problem; the batch it stood in was not imported."""


@dataclass(frozen=True)
class Refused:
    """A line that was not imported, and every reason why."""

    line: int
    problem: DomainError
    number: str = ""


@dataclass
class Summary:
    """What became of a file. Odd orders are listed by number, in the order of the file."""

    imported: int = 0
    already_there: int = 0
    refused: list[Refused] = field(default_factory=list)
    conflicts: list[Refused] = field(default_factory=list)
    sellers_from_file: list[str] = field(default_factory=list)
    sellers_by_code: list[str] = field(default_factory=list)
    payments_differ: list[str] = field(default_factory=list)
    cancelled_after_handover: list[str] = field(default_factory=list)
    steps_inferred: list[str] = field(default_factory=list)
    times_unknown: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    not_happened_yet: list[str] = field(default_factory=list)


@dataclass
class Importer:
    """Imports lines in batches, each one transaction.

    A batch that fails is halved until the lines at fault stand alone. `shift` moves all dates;
    what would then lie after `now` has not happened yet and is left out. With `strict` the first
    problem raises Stopped.
    """

    actor: Actor
    now: datetime
    batch_size: int = 500
    strict: bool = False
    shift: timedelta = timedelta(0)
    progress: Callable[[int], None] = lambda _lines: None
    summary: Summary = field(default_factory=Summary)

    def load_sellers(self, lines: JsonLines) -> None:
        """Create the sellers of a file who are not there yet, all in one transaction."""
        sellers = list(self._read(lines, read_seller))
        created = create_missing(seller for _line, seller in sellers)
        self.summary.sellers_from_file += [seller.code for seller in created]

    def load_orders(self, lines: JsonLines) -> Summary:
        batch: list[Numbered] = []
        for line, new in self._read(lines, read_order):
            batch.append((line, self._shifted(new)))
            if len(batch) == self.batch_size:
                self._import(batch)
                self.progress(len(batch))
                batch = []
        self._import(batch)
        self.progress(len(batch))
        return self.summary

    def _read(self, lines: JsonLines, read: Callable) -> Iterator[tuple[int, Any]]:
        numbered = iter(lines)
        while True:
            try:
                line, text = next(numbered)
            except StopIteration:
                return
            except Damaged as damaged:
                self._refuse(Refused(0, damaged))
                return
            try:
                yield line, read(parse(text))
            except DomainError as problem:
                self._refuse(Refused(line, problem))
                self.progress(1)

    def _shifted(self, new: NewOrder) -> NewOrder:
        if not self.shift:
            return new
        moved = moved_by(new, self.shift)
        still_to_come = (
            n for n, past in enumerate(moved.history) if past.at and past.at > self.now
        )
        first = next(still_to_come, None)
        if first is None:
            return moved
        self.summary.not_happened_yet.append(new.number)
        return replace(moved, history=moved.history[:first])

    def _import(self, batch: Sequence[Numbered]) -> None:
        if not batch:
            return
        # Strict is all or nothing: the halves of a failing batch go with its fault.
        with transaction.atomic() if self.strict else nullcontext():
            outcomes, created_sellers = self._place(batch)
        self.summary.sellers_by_code += created_sellers
        for new, created in outcomes:
            self._note(new, created=created)

    def _place(self, batch: Sequence[Numbered]) -> tuple[list[tuple[NewOrder, bool]], list[str]]:
        """Place a batch; where that fails, its halves, until the fault stands alone.

        Returns what was placed, each with whether it is new, and the sellers created for it.
        """
        try:
            with transaction.atomic():
                created_sellers = self._create_sellers_of(batch)
                placed = place_with_past([new for _line, new in batch], actor=self.actor)
        except (DomainError, DataError, IntegrityError) as error:
            if len(batch) == 1:
                [(line, new)] = batch
                self._refuse(Refused(line, _as_problem(error), new.number))
                return [], []
            middle = len(batch) // 2
            first, second = self._place(batch[:middle]), self._place(batch[middle:])
            return first[0] + second[0], first[1] + second[1]
        created = [taken.created for taken in placed]
        return list(zip([new for _line, new in batch], created, strict=True)), created_sellers

    def _create_sellers_of(self, batch: Sequence[Numbered]) -> list[str]:
        codes = {line.seller for _line, new in batch for line in new.lines}
        there = set(Seller.objects.filter(code__in=codes).values_list("code", flat=True))
        return [
            seller.code
            for seller in create_missing(known_only_by_code(code) for code in codes - there)
        ]

    def _note(self, new: NewOrder, *, created: bool) -> None:
        summary = self.summary
        if not created:
            summary.already_there += 1
            return
        summary.imported += 1
        past = walk(new.history)
        moments = [new.placed_at, *(event.at for event in new.history if event.at)]
        for odd, numbers in (
            (new.captured != new.total, summary.payments_differ),
            (past.cancelled_after_handover, summary.cancelled_after_handover),
            (any(step.inferred for step in past.steps), summary.steps_inferred),
            (any(event.at is None for event in new.history), summary.times_unknown),
            (moments != sorted(moments), summary.out_of_order),
        ):
            if odd:
                numbers.append(new.number)

    def _refuse(self, refused: Refused) -> None:
        taken = isinstance(refused.problem, NumberTaken)
        (self.summary.conflicts if taken else self.summary.refused).append(refused)
        if self.strict:
            raise Stopped


def newest_placed_at(lines: JsonLines) -> datetime | None:
    """When the newest order of the file was placed; lines that cannot be read do not count."""
    newest = None
    try:
        for _line, text in lines:
            try:
                placed_at = read_order(parse(text)).placed_at
            except DomainError:
                continue
            newest = max(newest or placed_at, placed_at)
    except Damaged:
        pass  # said when the lines are imported
    return newest


def _as_problem(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    words = str(error).strip().splitlines()[0]
    return InvalidInput(_("The database refused it: %(words)s.") % {"words": words})
