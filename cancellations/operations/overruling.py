"""The owner decides otherwise than the seller, or silence, did."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import policies
from cancellations.models import CancellationItem, CancellationRequest
from cancellations.operations.deciding import approve, conclude, lock_request, with_items
from cancellations.operations.selecting import refuse
from core.actors import Actor
from core.errors import DomainError
from orders.models import Case
from orders.operations.items import UnknownItem
from orders.policies import may_cancel
from refunds.models import RefundPlan
from refunds.operations import approve_plan, create_plan


@transaction.atomic
def overrule(
    request: CancellationRequest,
    *,
    actor: Actor,
    to: str,
    note: str,
    item_ids: Sequence[int] | None = None,
) -> CancellationRequest:
    """Turn a rejected cancellation into an approved one (`to` is "approved").

    Of these items, or of all that were rejected; every one must still be unshipped and in no
    other request. They are cancelled and a new plan is approved. The other way is refused by
    name: a cancelled item does not come back (product.md §3). `note` says why, to whoever reads
    the case. Raises NotAllowed, NotDecidable, NoteRequired, NotCancellable, UnknownItem,
    Problems ("items/0").
    """
    note = note.strip()
    request, order = lock_request(request.pk)
    if refusal := policies.may_overrule(request, actor, to) or policies.fits_note(note):
        raise refusal
    entries = _rejected(request, item_ids)
    items = [entry.item for entry in entries]
    plan = create_plan(case=request.case, items=items, type=RefundPlan.Type.CANCEL, actor=actor)
    approve(request, order, entries, actor=actor, note=note)
    approve_plan(plan, actor=actor)
    request.case.note(
        "cancellation.overruled",
        actor=actor,
        items=[item.pk for item in items],
        units=sum(item.quantity for item in items),
    )
    conclude(request, entries, Case.Status.APPROVED, actor=actor)
    return request


def _rejected(
    request: CancellationRequest, item_ids: Sequence[int] | None
) -> list[CancellationItem]:
    rejected = list(request.items.filter(status=CancellationItem.Status.REJECTED).order_by("pk"))
    if item_ids is not None:
        chosen = {entry.item_id: entry for entry in rejected}
        unknown = [
            UnknownItem(_("There is no such item in this request."), field=f"items/{position}")
            for position, item_id in enumerate(item_ids)
            if item_id not in chosen
        ]
        refuse(list[DomainError](unknown))
        rejected = [chosen[item_id] for item_id in dict.fromkeys(item_ids)]
    problems: list[DomainError] = []
    for position, entry in enumerate(with_items(rejected)):
        if refusal := may_cancel(entry.item):
            refusal.field = f"items/{position}"
            problems.append(refusal)
    refuse(problems)
    return rejected
