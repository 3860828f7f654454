"""Who may stop long work. Pure."""

from django.utils.translation import gettext as _

from core.actors import Actor, Rank, Role
from core.errors import DomainError, NotAllowed
from core.jobs.models import Job


def may_stop(job: Job, actor: Actor) -> DomainError | None:
    """Who asked for it; of their colleagues those from Manager on who stand at least as high as
    they did; and the marketplace's own staff from Manager on (product.md §8).

    `job` is one that `actor` may see. That it has not ended yet is asked by the operation.
    """
    whose = (job.actor_role, job.actor_user_id, job.seller_id)
    if (actor.role, actor.user_id, actor.seller_id) == whose:
        return None
    if not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Stopping a job of somebody else needs the role Manager or Admin."))
    colleagues = actor.role in (Role.SELLER, Role.OWNER) and actor.role == job.actor_role
    if colleagues and job.actor_rank and not actor.has_rank(Rank(job.actor_rank)):
        return NotAllowed(_("Only an Admin may stop what an Admin has started."))
    return None
