"""`manage.py check_invariants`: is everything true that must always be true?"""

import json
import re
from argparse import ArgumentTypeError
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from marketplace.invariants.check import check, invariants

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Check every invariant; print the rows that break one and exit with 1 if any does."

    def add_arguments(self, parser):
        parser.add_argument(
            "--since", type=_span, metavar="15m", help="only orders touched since (15m, 2h, 1d)"
        )
        parser.add_argument("--json", action="store_true", help="one violation a line, as JSON")

    def handle(self, *, since, **options):
        violations = check(since)
        for violation in violations:
            if options["json"]:
                row = {"invariant": violation.invariant, "row": violation.row}
                self.stdout.write(json.dumps(row, cls=DjangoJSONEncoder))
            else:
                self.stdout.write(str(violation))
        if violations:
            broken = len({violation.invariant for violation in violations})
            raise CommandError(
                f"{len(violations)} rows break {broken} of {len(invariants())} invariants.",
                returncode=1,
            )
        if not options["json"]:
            self.stdout.write(f"All {len(invariants())} invariants hold.")


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if not found:
        raise ArgumentTypeError("a number and m, h or d, such as 15m")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
