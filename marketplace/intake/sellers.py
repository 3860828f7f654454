"""Sellers that come with orders: from the file beside them, or only by their code."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from core.errors import InvalidInput, Problems
from orders.incoming.fields import Fields
from sellers.models import Seller

LONGEST = {"name": 120, "email": 254, "phone": 40, "city": 80, "state": 40, "postcode": 20}
LONGEST |= {"country": 2, "time_zone": 50}
SELLER_FIELDS = {"code", "commission_rate", *LONGEST}


def read_seller(given: Any) -> Seller:
    """The seller that `given` describes, not yet saved. Raises Problems naming each wrong field."""
    if not isinstance(given, dict):
        raise Problems([InvalidInput(_("A seller is a JSON object."))])
    fields = Fields()
    fields.known(given, "", SELLER_FIELDS)
    code = fields.text(given, "code", "", required=True, longest=40)
    rate = fields.rate(given, "commission_rate", "")
    words = {
        name: fields.text(given, name, "", longest=longest)
        for name, longest in LONGEST.items()
        if given.get(name) is not None
    }
    if words.get("time_zone") and words["time_zone"] not in available_timezones():
        fields.wrong("time_zone", _("Not the name of a time zone, such as Europe/Lisbon."))
    if fields.problems:
        raise Problems(fields.problems)
    return Seller(**{"name": code} | words, code=code, commission_rate=rate)


def create_missing(sellers: Iterable[Seller]) -> list[Seller]:
    """Save those whose code is not there; whoever is there stays as they are."""
    wanted = {seller.code: seller for seller in sellers}
    there = set(Seller.objects.filter(code__in=wanted).values_list("code", flat=True))
    missing = [seller for code, seller in sorted(wanted.items()) if code not in there]
    Seller.objects.bulk_create(missing, ignore_conflicts=True)
    return missing


def known_only_by_code(code: str) -> Seller:
    """A seller of whom nothing is known but what orders call them: no commission is taken."""
    return Seller(code=code, name=code, commission_rate=Decimal(0))
