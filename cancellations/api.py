"""Cancellations for programs: asking and rejecting under an order, answering under the
cancellation, reading everywhere else."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from cancellations import operations, policies
from cancellations.filters import CancellationFilter, ReasonFilter
from cancellations.models import AutoApprovalPolicy, CancellationRequest
from cancellations.operations import Selection
from cancellations.reading import (
    WholeCancellation,
    cases_asked,
    just_answered,
    just_requested,
    whole_cancellations,
)
from cancellations.serializers import (
    ApprovalInput,
    CancellationInput,
    CancellationShape,
    OverrulingInput,
    PolicyShape,
    ReasonShape,
    RejectionInput,
    RequestedShape,
    cancellation,
)
from core.api.serializers import StrictSerializer
from core.api.views import ActEndpoint, DetailEndpoint, ListEndpoint, require_match
from core.errors import DomainError, InvalidInput, Problems
from orders.models import Case, Order, Reason
from orders.operations.items import item_ids_of

# -- Under an order: new cancellations -----------------------------------------------------


class _NewCancellations(ActEndpoint):
    """Items of an order, named by number, become one cancellation per seller. All or nothing."""

    model = Case
    write_scope = "cancellations:write"
    input_class = CancellationInput
    serializer_class = CancellationShape

    def refusal(self) -> DomainError | None:
        """Why this actor may not at all; said before what is wrong with the items."""
        raise NotImplementedError

    def act(self, order: Order, selections: list[Selection]) -> list[CancellationRequest]:
        raise NotImplementedError

    @extend_schema(request=CancellationInput, responses={201: RequestedShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> list[CancellationRequest]:
        order = self.load(Order, number=url["number"])
        if refusal := self.refusal():
            raise refusal
        return self.act(order, self._selections(order, data["items"]))

    def _selections(self, order: Order, wanted: list[dict]) -> list[Selection]:
        ids = item_ids_of(order, self.request.actor)
        _refuse_unknown(
            ids,
            {f"items/{position}/item": one["item"] for position, one in enumerate(wanted)},
            _("There is no such item in this order."),
        )
        return [
            Selection(ids[one["item"]], one["quantity"], one["reason"], one.get("note", ""))
            for one in wanted
        ]

    def present(self, result: list[CancellationRequest]) -> dict:
        return {"results": [cancellation(one, self.request.actor) for one in self.told(result)]}

    def told(self, made: list[CancellationRequest]) -> list[WholeCancellation]:
        return just_answered(request.case_id for request in made)

    def location_of(self, result: list[CancellationRequest]) -> str | None:
        if len(result) > 1:
            return None
        return reverse("api:cancellation_detail", args=[result[0].case.number])


class OrderCancellations(_NewCancellations):
    """Ask to cancel items of an order: one cancellation per seller, each begins `waiting` and is
    evaluated within moments. All or nothing."""

    def refusal(self) -> DomainError | None:
        return policies.may_request(self.request.actor)

    def act(self, order: Order, selections: list[Selection]) -> list[CancellationRequest]:
        return operations.request_cancellation(
            order=order, selections=selections, actor=self.request.actor
        )

    def told(self, made: list[CancellationRequest]) -> list[WholeCancellation]:
        return just_requested(made)


class OrderRejections(_NewCancellations):
    """Reject items that will not be sent: by the seller until they ship, by the owner until they
    are packed. Approved and cancelled at once, one cancellation per seller. All or nothing."""

    def refusal(self) -> DomainError | None:
        return policies.may_reject(self.request.actor)

    def act(self, order: Order, selections: list[Selection]) -> list[CancellationRequest]:
        return operations.reject_items(order=order, selections=selections, actor=self.request.actor)


# -- Under a cancellation: its answer ------------------------------------------------------


class _Answers(ActEndpoint):
    """What becomes of one cancellation; answers with the cancellation as it is then."""

    model = Case
    write_scope = "cancellations:write"
    serializer_class = CancellationShape

    def act(self, request: CancellationRequest, data: dict) -> None:
        raise NotImplementedError

    def perform(self, data: dict, **url) -> WholeCancellation:
        cases = cases_asked(self.request.actor).select_related("cancellation")
        case = get_object_or_404(cases, number=url["number"])
        require_match(self.request, case)
        try:
            self.act(case.cancellation, data)
        except DomainError as refusal:
            if not refusal.allowed:
                refusal.allowed = self._possible(case.cancellation)
            raise
        (answered,) = just_answered([case.pk])
        return answered

    def _possible(self, request: CancellationRequest) -> list[str]:
        """What may be done instead, as things are now."""
        request.refresh_from_db()
        request.case.refresh_from_db()
        return policies.allowed_actions(request, self.request.actor)

    def item_ids(self, request: CancellationRequest, data: dict) -> list[int] | None:
        """The named items of the cancellation; None where none are named: all that wait."""
        if "items" not in data:
            return None
        ids = dict(request.items.order_by("pk").values_list("item__number", "item_id"))
        _refuse_unknown(
            ids,
            {f"items/{position}": number for position, number in enumerate(data["items"])},
            _("There is no such item in this cancellation."),
        )
        return [ids[number] for number in data["items"]]

    def location_of(self, result: WholeCancellation) -> str:
        return reverse("api:cancellation_detail", args=[result.number])


class Approval(_Answers):
    """Say yes to items of a waiting cancellation, or to all that wait. They are cancelled at
    once; with the last answer the refund plan is approved."""

    input_class = ApprovalInput

    @extend_schema(request=ApprovalInput, responses={201: CancellationShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, request: CancellationRequest, data: dict) -> None:
        if refusal := policies.may_answer(request, self.request.actor):
            raise refusal
        operations.approve_items(request, self.item_ids(request, data), actor=self.request.actor)


class Rejection(_Answers):
    """Say no to items of a waiting cancellation, or to all that wait: they will be sent."""

    input_class = RejectionInput

    @extend_schema(request=RejectionInput, responses={201: CancellationShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, request: CancellationRequest, data: dict) -> None:
        if refusal := policies.may_answer(request, self.request.actor):
            raise refusal
        operations.reject_request_items(
            request,
            self.item_ids(request, data),
            actor=self.request.actor,
            reason_note=data["note"],
        )


class Withdrawal(_Answers):
    """Take a waiting cancellation back: by the customer who asked, or the owner for them."""

    input_class = StrictSerializer

    @extend_schema(request=None, responses={201: CancellationShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, request: CancellationRequest, data: dict) -> None:
        operations.withdraw_cancellation(request, actor=self.request.actor)


class Overruling(_Answers):
    """Turn a rejected cancellation into an approved one, or the named items of it: by the owner,
    while they are still unshipped. They are cancelled at once and a new plan is approved."""

    input_class = OverrulingInput

    @extend_schema(request=OverrulingInput, responses={201: CancellationShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, request: CancellationRequest, data: dict) -> None:
        actor, to = self.request.actor, data["to"]
        if refusal := policies.may_overrule(request, actor, to):
            raise refusal
        item_ids = self.item_ids(request, data)
        operations.overrule(request, actor=actor, to=to, note=data["note"], item_ids=item_ids)


def _refuse_unknown(known: dict[str, int], given: dict[str, str], words: str) -> None:
    unknown: list[DomainError] = [
        InvalidInput(words, field=field, code="unknown_item", allowed=list(known))
        for field, number in given.items()
        if number not in known
    ]
    if unknown:
        raise Problems(unknown)


# -- Reading -------------------------------------------------------------------------------


class _Cancellations:
    """What this actor may see, ready to be shown."""

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Case.objects.none()
        return whole_cancellations(self.request.actor)


class CancellationList(_Cancellations, ListEndpoint):
    """Cancellations, newest first; with `updated_since` the oldest change first."""

    model = Case
    read_scope = "cancellations:read"
    filterset_class = CancellationFilter
    serializer_class = CancellationShape


class CancellationDetail(_Cancellations, DetailEndpoint):
    """One cancellation with its items, decisions and refund plan."""

    model = Case
    read_scope = "cancellations:read"
    serializer_class = CancellationShape


class ReasonList(ListEndpoint):
    """The reasons that the reader may pick, in the owner's order."""

    model = Reason
    read_scope = "cancellations:read"
    keyset = ("sort_order", "id")
    filterset_class = ReasonFilter
    serializer_class = ReasonShape

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Reason.objects.none()
        return Reason.objects.pickable_by(self.request.actor)


class CancellationPolicy(DetailEndpoint):
    """When a cancellation is approved by itself, and what silence means otherwise."""

    model = AutoApprovalPolicy
    read_scope = "settings:read"
    serializer_class = PolicyShape

    def get_queryset(self):
        return AutoApprovalPolicy.objects.none()

    def get_object(self) -> AutoApprovalPolicy:
        if self.request.actor is None:
            raise Http404
        return operations.current_policy()
