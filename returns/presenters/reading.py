"""Returns with all that pages show of them: a fixed number of queries, however many they are.

What a seller is handed is their own, and notes and evidence come as far as the reader may see
them.
"""

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from core.actors import Actor
from core.deadlines.models import Deadline
from core.together import read_known
from orders.models import Case
from refunds.models import RefundLine, RefundPart, RefundPlan
from returns.models import (
    Decision,
    DecisionLine,
    Offer,
    ReceivedUnits,
    ReturnEvidence,
    ReturnItem,
    ReturnMessage,
)


def return_cases(actor: Actor) -> QuerySet[Case]:
    """The returns this actor may see, as cases, with all that is shown of them."""
    deadlines = Deadline.objects.open().filter(subject_type=Case.EVENT, subject_id=OuterRef("pk"))
    received = ReceivedUnits.objects.select_related("entry__item__line", "received_by")
    decided = Decision.objects.select_related("decided_by").order_by("round")
    lines = DecisionLine.objects.select_related("entry__item__line").order_by("pk")
    return (
        Case.objects.visible_to(actor)
        .filter(kind=Case.Kind.RETURN, return_request__isnull=False)
        .annotate(at_expiry=Subquery(deadlines.order_by("-pk").values("action")[:1]))
        .select_related(
            *("order__customer", "seller", "return_request", "dispute"),
            "return_parcel__delivery_option__company",
        )
        .prefetch_related(
            Prefetch("return_request__items", _entries()),
            Prefetch("offers", Offer.objects.order_by("pk")),
            Prefetch("return_parcel__received", received.order_by("pk")),
            Prefetch("dispute__decisions", decided),
            Prefetch("dispute__decisions__lines", lines),
            "dispute__items",
            Prefetch("return_messages", _messages(actor)),
            Prefetch("evidence", _evidence(actor)),
            Prefetch("refund_plans", RefundPlan.objects.order_by("round", "pk")),
            Prefetch("refund_plans__parts", RefundPart.objects.select_related("payment")),
            Prefetch("refund_plans__lines", _plan_lines()),
        )
    )


def return_case(actor: Actor, **lookup: int | str) -> Case | None:
    """The return that this actor may see under this lookup, with all that is shown of it, in one
    statement; None where there is none."""
    [found] = read_known(_returns, actor=actor, **lookup)
    return found[0] if found else None


def _returns(actor: Actor, **lookup: int | str) -> list[QuerySet[Case]]:
    return [return_cases(actor).filter(**lookup)]


def past_returns(actor: Actor) -> QuerySet[Case]:
    """The returns this actor may see that came with an imported past: that they were, and when
    they ended, is all that is known. Nobody asked for them or answered them here."""
    cases = Case.objects.visible_to(actor).filter(kind=Case.Kind.RETURN, return_request=None)
    return cases.select_related("order", "seller").order_by("-pk")


def _entries() -> QuerySet[ReturnItem]:
    entries = ReturnItem.objects.select_related(
        *("item__line", "item__replaces", "reason", "rejection", "decided_by")
    )
    return entries.order_by("pk")


def _messages(actor: Actor) -> QuerySet[ReturnMessage]:
    return ReturnMessage.objects.visible_to(actor).select_related("author").order_by("pk")


def _evidence(actor: Actor) -> QuerySet[ReturnEvidence]:
    return ReturnEvidence.objects.visible_to(actor).select_related("file").order_by("pk")


def _plan_lines() -> QuerySet[RefundLine]:
    return RefundLine.objects.select_related("item__line").order_by("pk")
