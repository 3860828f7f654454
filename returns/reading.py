"""Returns with all that the API tells of them, in as many queries for fifty as for one.

A case is of one seller, so whoever sees the case sees its items, goods, offers and decisions.
Messages and files say themselves whom they are for; payments are not for sellers, and notes among
the marketplace's own people are for nobody else: the answer says so (`returns.serializers`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Greatest

from core.actors import Actor
from orders.models import Case, OrderItem
from refunds.models import RefundPart, RefundPlan
from returns.models import (
    Decision,
    Dispute,
    Offer,
    ReceivedUnits,
    ReturnEvidence,
    ReturnItem,
    ReturnMessage,
    ReturnParcel,
    ReturnRequest,
)


@dataclass(frozen=True)
class WholeReturn:
    """One case of kind return; its parts are read with it (`whole_returns`)."""

    case: Case

    @property
    def pk(self) -> int:
        return self.case.pk

    @property
    def number(self) -> str:
        return self.case.number

    @property
    def request(self) -> ReturnRequest:
        return self.case.return_request

    @property
    def entries(self) -> list[ReturnItem]:
        return list(self.request.items.all())

    @property
    def parcel(self) -> ReturnParcel | None:
        return getattr(self.case, "return_parcel", None)

    @property
    def dispute(self) -> Dispute | None:
        return getattr(self.case, "dispute", None)

    @property
    def offers(self) -> list[Offer]:
        return list(self.case.offers.all())

    @property
    def plans(self) -> list[RefundPlan]:
        """Those that pay, in the order in which they were made."""
        void = RefundPlan.Status.VOID
        return [plan for plan in self.case.refund_plans.all() if plan.status != void]

    @property
    def _parts(self) -> list[Case | ReturnParcel | Dispute | Offer]:
        once = (part for part in (self.parcel, self.dispute) if part is not None)
        return [self.case, *once, *self.offers]

    @property
    def version(self) -> int:
        """Grows with every change of the case, its goods, its offers and its dispute."""
        return sum(part.version for part in self._parts)

    @property
    def changed_at(self) -> datetime:
        """When anything of it changed last; what `updated_since` asks for."""
        parts = [*self._parts, *self.case.refund_plans.all()]
        return max(part.updated_at for part in parts)


def cases_returned(actor: Actor) -> QuerySet[Case]:
    """The returns that this actor may see, as cases."""
    cases = Case.objects.visible_to(actor)
    return cases.filter(kind=Case.Kind.RETURN, return_request__isnull=False)


def with_changed_at(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With `changed_at`, as `WholeReturn` tells it, for filters and paging."""
    return cases.annotate(
        changed_at=Greatest(
            "updated_at",
            "return_parcel__updated_at",
            "dispute__updated_at",
            _newest(Offer),
            _newest(RefundPlan),
        )
    )


def _newest(model: type[Offer] | type[RefundPlan]) -> Subquery:
    of_case = model._default_manager.filter(case=OuterRef("pk")).order_by().values("case")
    newest = of_case.annotate(newest=Max("updated_at")).values("newest")
    return Subquery(newest, output_field=DateTimeField())


def whole_returns(actor: Actor) -> QuerySet[Case]:
    """The same with all that `WholeReturn` needs."""
    return (
        cases_returned(actor)
        .select_related(
            "order",
            "seller",
            "return_request",
            "return_parcel__delivery_option__company",
            "dispute",
        )
        .prefetch_related(
            Prefetch("return_request__items", _entries()),
            Prefetch("offers", Offer.objects.order_by("pk")),
            Prefetch("return_parcel__received", ReceivedUnits.objects.order_by("pk")),
            Prefetch("return_messages", ReturnMessage.objects.visible_to(actor).order_by("pk")),
            Prefetch("evidence", _files(actor)),
            "dispute__items",
            Prefetch(
                "dispute__decisions",
                Decision.objects.order_by("round").prefetch_related("lines"),
            ),
            Prefetch("refund_plans", _plans()),
        )
    )


def _entries() -> QuerySet[ReturnItem]:
    replacements = Prefetch("item__replacements", OrderItem.objects.order_by("pk"))
    entries = ReturnItem.objects.select_related("item__line", "reason", "rejection")
    return entries.prefetch_related(replacements).order_by("pk")


def _files(actor: Actor) -> QuerySet[ReturnEvidence]:
    return ReturnEvidence.objects.visible_to(actor).select_related("file").order_by("pk")


def _plans() -> QuerySet[RefundPlan]:
    parts = RefundPart.objects.select_related("payment").order_by("payment__position")
    return RefundPlan.objects.prefetch_related(Prefetch("parts", parts)).order_by("pk")


def return_now(case_id: int, actor: Actor) -> WholeReturn:
    """One return as it is now, for whoever has just acted on it."""
    return WholeReturn(whole_returns(actor).get(pk=case_id))


def returns_now(case_ids: Iterable[int], actor: Actor) -> list[WholeReturn]:
    """Several, in the order in which they were made."""
    cases = whole_returns(actor).filter(pk__in=list(case_ids)).order_by("pk")
    return [WholeReturn(case) for case in cases]
