"""`manage.py seed --orders 1000000`: a marketplace of any size, for measuring and trying out."""

import sys
from argparse import ArgumentTypeError
from datetime import datetime

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from tqdm import tqdm

from marketplace.seed.cast import OWNER
from marketplace.seed.filling import Filled, NotEmpty, Progress, fill
from marketplace.seed.shape import Shape


class Command(BaseCommand):
    help = (
        "Fill an empty database with customers, sellers and orders of the last two years and all "
        "that happened to them. The same seed and moment give the same rows. Orders of the last "
        "14 days are live, older ones an imported past. Refuses a database that holds any."
    )

    def add_arguments(self, parser):
        parser.add_argument("--orders", type=_count, required=True)
        parser.add_argument("--sellers", type=_count, default=300)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--days", type=_count, default=730, help="how long ago it began (730)")
        parser.add_argument("--now", type=_moment, help="the moment everything leads up to (now)")
        parser.add_argument(
            "--database",
            metavar="NAME",
            help="another database of the same server, made and migrated where it is not there",
        )
        parser.add_argument("--processes", type=_count, default=2)

    def handle(self, *, orders, sellers, seed, days, now, database, processes, **options):
        if database:
            _turn_to(database)
        moment = (now or timezone.now()).replace(microsecond=0)
        shape = Shape(orders=orders, sellers=sellers, seed=seed, now=moment, days=days)
        watched = _Watched()
        try:
            filled = fill(shape, processes=processes, progress=watched.progress)
        except NotEmpty as refusal:
            raise CommandError(
                f"This database holds {refusal} already; a seed is for an empty one.", returncode=1
            ) from None
        finally:
            watched.close()
        self.stdout.write("\n".join(_report(shape, filled)))


def _report(shape: Shape, filled: Filled) -> list[str]:
    seconds = sum(filled.seconds.values())
    stages = ", ".join(f"{name} {spent:.0f} s" for name, spent in filled.seconds.items())
    return [
        f"{shape.orders:,} orders, {filled.rows:,} rows in {seconds:.0f} s ({stages}).",
        f"Seed {shape.seed}, now {shape.now.isoformat()}.",
        f"{OWNER} and <seller's code>.admin@seed.example sign in by a code sent to them.",
    ]


class _Watched:
    """A bar per stage on standard error; where that is no terminal, a line now and then."""

    def __init__(self):
        self.bar: tqdm | None = None
        self.progress = Progress(stage=self._stage, step=self._step)

    def _stage(self, name: str, size: int) -> None:
        self.close()
        seldom = 0.1 if sys.stderr.isatty() else 10
        self.bar = tqdm(
            total=size, desc=name, mininterval=seldom, file=sys.stderr, dynamic_ncols=True
        )

    def _step(self, count: int) -> None:
        if self.bar is not None:
            self.bar.update(count)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def _turn_to(database: str) -> None:
    """Make this process work on another database of the server."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(database)}")
    connection.close()
    connection.settings_dict["NAME"] = database
    call_command("migrate", verbosity=0, interactive=False)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000_000:
        raise ArgumentTypeError("a whole number above 0")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise ArgumentTypeError("a moment such as 2026-03-01T12:00:00+00:00")
    return moment
