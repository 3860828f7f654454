"""What the tests about disputes do again and again."""

from core.actors import Actor
from returns.models import Decision, Dispute, ReturnRequest
from returns.operations import (
    DecidedLine,
    decide,
    reject_items,
)
from tests.factories import make_member


def reject(request: ReturnRequest, items: list[int] | None = None, **said) -> Dispute:
    """The seller says no to these, or to all that wait."""
    said = {"reason_code": "as_described", "message": "It is what you ordered."} | said
    reject_items(request, items, actor=make_member(request.case.seller), **said)
    return Dispute.objects.get(case=request.case_id)


def entries(dispute: Dispute) -> list[int]:
    return list(dispute.items.order_by("entry").values_list("entry", flat=True))


def rule(dispute: Dispute, outcome: str, actor: Actor, *amounts: int, **facts) -> Decision:
    lines = [
        DecidedLine(entry, amount) for entry, amount in zip(entries(dispute), amounts, strict=False)
    ]
    terms = {"fault": "seller", "shipping_paid_by": "seller", "note": "We looked at the photos."}
    return decide(dispute, outcome=outcome, lines=lines, actor=actor, **(terms | facts))


def now(dispute: Dispute) -> Dispute:
    return Dispute.objects.get(pk=dispute.pk)
