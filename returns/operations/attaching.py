"""Photos and documents, kept with what they are about."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.bulk import insert
from core.errors import InvalidInput
from core.evidence.models import StoredFile
from orders.models import Case
from returns.models import ReturnEvidence, ReturnItem, ReturnMessage


def attach(
    files: Sequence[StoredFile],
    *,
    case: Case,
    actor: Actor,
    entry: ReturnItem | None = None,
    message: ReturnMessage | None = None,
    for_customer: bool = True,
    for_seller: bool = True,
    field: str = "files",
) -> None:
    """Keep files with a request, for both parties to see unless said otherwise; with one item of
    it, with a message, or with all.

    A file is given once, and by whoever stored it. Raises InvalidInput.
    """
    if not files:
        return
    others = [file for file in files if file.given_by_id != actor.user_id]
    if others and actor.role is not Role.SYSTEM:
        raise InvalidInput(_("There is no such file."), field=field, code="unknown_file")
    _wait_for_others(files)
    twice = len({file.pk for file in files}) < len(files)
    if twice or ReturnEvidence.objects.filter(file__in=files).exists():
        raise InvalidInput(_("This file was given already."), field=field, code="twice")
    insert(
        ReturnEvidence(
            case=case,
            entry=entry,
            message=message,
            file=file,
            given_by_role=actor.role,
            for_customer=for_customer,
            for_seller=for_seller,
        )
        for file in files
    )


def _wait_for_others(files: Sequence[StoredFile]) -> None:
    """Whoever is giving one of these at this moment, with something else, ends first."""
    rows = StoredFile.objects.select_for_update().filter(pk__in=[file.pk for file in files])
    list(rows.order_by("pk").values_list("pk"))
