"""Columns that somebody keeps, under a name or as what they chose last."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Conflict, InvalidInput
from core.exports.models import ExportPreset, Format
from core.exports.sources import source_for

LONGEST_NAME = 60
LAST_CHOICE = ""  # the name of the preset that nobody named


class NameTaken(Conflict):
    code = "name_taken"


def keep_preset(
    *,
    actor: Actor,
    source: str,
    name: str,
    columns: Sequence[str],
    format: str = Format.CSV,  # noqa: A002
) -> ExportPreset:
    """Keep these columns in this order under `name`; what stood under it before is replaced.
    Raises InvalidInput, SourceNotFound, ColumnsNotValid."""
    return _keep(actor, source, _named(name), columns, format)


def remember_choice(
    *,
    actor: Actor,
    source: str,
    columns: Sequence[str],
    format: str,  # noqa: A002
) -> ExportPreset:
    """What was chosen last, offered next time."""
    return _keep(actor, source, LAST_CHOICE, columns, format)


def rename_preset(preset: ExportPreset, *, name: str, actor: Actor) -> None:
    """Raises InvalidInput, NameTaken."""
    preset.name = _named(name)
    try:
        with transaction.atomic():
            preset.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        raise NameTaken(_("You have kept columns under this name."), field="name") from error


def delete_preset(preset: ExportPreset, *, actor: Actor) -> None:
    preset.delete()


def _keep(
    actor: Actor, source: str, name: str, columns: Sequence[str], wanted: str
) -> ExportPreset:
    names = [column.name for column in source_for(actor, source).chosen_columns(actor, columns)]
    if wanted not in Format.values:
        raise InvalidInput(field="format", allowed=list(Format.values))
    whose: dict[str, Any] = {
        "user_id": actor.user_id,
        "actor_role": actor.role,
        "seller_id": actor.seller_id,
    }
    kept, _created = ExportPreset.objects.update_or_create(
        **whose, source=source, name=name, defaults={"columns": names, "format": wanted}
    )
    return kept


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        words = _("A name of 1 to %(n)s characters.") % {"n": LONGEST_NAME}
        raise InvalidInput(words, field="name")
    return name
