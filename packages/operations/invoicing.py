"""The seller's invoice, which travels with the package or is fetched from the order's page."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from packages import policies
from packages.models import Package
from packages.operations.locking import locked

CHECKED = ("invoice_number", "invoice_link", "invoice_file")


@transaction.atomic
def give_invoice(
    *,
    package: Package,
    number: str,
    actor: Actor,
    date: datetime.date | None = None,
    link: str = "",
    file: str | None = None,
) -> Package:
    """Say which invoice belongs to the package; a later one replaces it until it is delivered.

    link: where the seller shows it (http or https). file: its name in the private file storage;
    None keeps the file there is. Raises UnknownPackage, NotAllowed, NotInvoiceable, InvalidInput.
    """
    _order, package, _items = locked(package, actor)
    if refusal := policies.may_send(actor, package.seller_id) or policies.may_invoice(package):
        raise refusal
    changes: dict[str, Any] = {
        "invoice_number": number.strip(),
        "invoice_date": date,
        "invoice_link": link.strip(),
        "invoice_file": package.invoice_file if file is None else file,
    }
    again = bool(package.invoice_number)
    if not changes["invoice_number"]:
        raise InvalidInput(_("An invoice has a number."), field="number")
    for name, value in changes.items():
        setattr(package, name, value)
    _check(package)
    Package.objects.filter(pk=package.pk).update(**changes)
    package.note("package.invoiced", actor=actor, again=again, with_file=bool(package.invoice_file))
    return package


def _check(package: Package) -> None:
    """Lengths, and an address that is one: as the columns say."""
    others = {field.name for field in package._meta.concrete_fields} - set(CHECKED)
    try:
        package.clean_fields(exclude=others)
    except ValidationError as error:
        name, words = next(iter(error.message_dict.items()))
        raise InvalidInput(" ".join(words), field=name.removeprefix("invoice_")) from error
