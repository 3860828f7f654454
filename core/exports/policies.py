"""Who may export, and what may be done with an export. Pure."""

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed
from core.exports.models import Export
from core.jobs.policies import may_stop


class ExportGone(DomainError):
    code = "export_gone"
    status = 410


class NotReady(DomainError):
    code = "export_not_ready"


def may_export(actor: Actor) -> DomainError | None:
    """Sellers and the marketplace's own staff, from Manager on (product.md §8)."""
    if actor.role not in (Role.OWNER, Role.SELLER) or not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Exports need the role Manager or Admin."))
    return None


def may_download(export: Export, actor: Actor) -> DomainError | None:
    """`actor` is who they are now: the one who asked for it, on the same surface, still with the
    rank that exports need, within the days for which the file is kept."""
    whose = (export.user_id, export.actor_role, export.seller_id)
    if (actor.user_id, actor.role, actor.seller_id) != whose:
        return NotAllowed(_("Only who asked for this export may download it."))
    if refusal := may_export(actor):
        return refusal
    if export.ready_at is None:
        return NotReady(_("This export has no file yet."), allowed=allowed_actions(export, actor))
    if not export.downloadable:
        return ExportGone(
            _("The file of this export was removed, as it is kept for some days only."),
            allowed=["retry"],
        )
    return None


def allowed_actions(export: Export, actor: Actor) -> list[str]:
    """What its reader may do with it now: "cancel", "download", "retry"."""
    if not export.job.finished:
        return [] if may_stop(export.job, actor) else ["cancel"]
    if may_export(actor):
        return []
    return ["download", "retry"] if export.downloadable else ["retry"]
