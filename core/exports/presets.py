"""What somebody has kept for their exports of a list, as far as it still can be chosen."""

from core.actors import Actor
from core.exports.models import ExportPreset
from core.exports.sources import Source


def presets_of(actor: Actor, source: Source) -> list[ExportPreset]:
    """Those with a name, by name."""
    kept = ExportPreset.objects.visible_to(actor).filter(source=source.name)
    return list(kept.exclude(name="").order_by("name"))


def last_used(actor: Actor, source: Source) -> ExportPreset | None:
    """What they chose last: the preset without a name."""
    return ExportPreset.objects.visible_to(actor).filter(source=source.name, name="").first()


def still_offered(source: Source, actor: Actor, names: list[str]) -> list[str]:
    """Of these columns, in their order, those that exist for this actor: a column may have gone
    since it was chosen."""
    offered = {column.name for column in source.visible_columns(actor)}
    return [name for name in dict.fromkeys(names) if name in offered]
