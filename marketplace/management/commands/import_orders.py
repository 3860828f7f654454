"""`manage.py import_orders FILE|-`: orders from another system, with their past."""

import sys
import time
from argparse import ArgumentTypeError
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from tqdm import tqdm

from core.actors import IMPORTER
from marketplace.intake.importing import Importer, Stopped, newest_placed_at
from marketplace.intake.lines import JsonLines
from marketplace.intake.report import report

SELLERS_FILES = ("sellers.jsonl.gz", "sellers.jsonl")


class Command(BaseCommand):
    help = (
        "Import orders from JSON Lines (gzipped or not), with what happened to them elsewhere. "
        "Sellers come from sellers.jsonl(.gz) beside the file. The past has no effects: no mail, "
        "no payment, no deadline. Importing the same file again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="a file, or - for standard input")
        parser.add_argument(
            "--shift-to",
            type=_moment,
            metavar="now",
            help="move all dates so that the newest order was placed now (or at a given moment)",
        )
        parser.add_argument(
            "--strict",
            action="store_true",
            help="stop at the first problem with exit code 1; its batch is not imported",
        )
        parser.add_argument(
            "--batch", type=_batch_size, default=500, help="orders per transaction (500)"
        )

    def handle(self, *, file, shift_to, strict, batch, **options):
        started = time.monotonic()
        now = timezone.now()
        with ExitStack() as stack:
            orders = stack.enter_context(closing(_opened(file)))
            importer = Importer(actor=IMPORTER, now=now, batch_size=batch, strict=strict)
            if shift_to and (newest := newest_placed_at(orders)):
                importer.shift = shift_to - newest
            bar = stack.enter_context(_progress(orders.count()))
            try:
                if beside := _sellers_beside(file):
                    importer.load_sellers(stack.enter_context(closing(JsonLines.of_path(beside))))
                importer.progress = bar.update
                importer.load_orders(orders)
            except Stopped:
                pass
        self.stdout.write("\n".join(report(importer.summary, seconds=time.monotonic() - started)))
        if strict and (importer.summary.refused or importer.summary.conflicts):
            raise CommandError(
                "Stopped at the first problem; nothing of its batch was imported.", returncode=1
            )


def _opened(file: str) -> JsonLines:
    if file == "-":
        return JsonLines.of_stream(sys.stdin.buffer)
    try:
        return JsonLines.of_path(Path(file))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _sellers_beside(file: str) -> Path | None:
    if file == "-":
        return None
    beside = (Path(file).parent / name for name in SELLERS_FILES)
    return next((path for path in beside if path.is_file() and path != Path(file)), None)


def _progress(total: int) -> tqdm:
    """On standard error; where that is no terminal, a line now and then is enough."""
    seldom = 0.1 if sys.stderr.isatty() else 5
    return tqdm(
        total=total, unit=" orders", mininterval=seldom, file=sys.stderr, dynamic_ncols=True
    )


def _moment(text: str) -> datetime:
    if text == "now":
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or moment > timezone.now():
        raise ArgumentTypeError("'now', or a past moment such as 2026-03-01T12:00:00+00:00")
    return moment


def _batch_size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 5000:
        raise ArgumentTypeError("a whole number from 1 to 5000")
    return int(text)
