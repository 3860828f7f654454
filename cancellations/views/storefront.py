"""The customer's pages: the form with its exact estimate, and the request from then on."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cancellations import operations
from cancellations.forms.storefront import CancellationForm, Row
from cancellations.models import CancellationRequest
from cancellations.presenters import BackTo, Cancellation, cancellation_case, cancellation_cases
from core.errors import DomainError, Problems
from core.web import OperationFormView, OperationView, ScopedDetailView, form_key_input
from orders.models import Case, Order, OrderItem, Reason
from orders.policies import may_cancel

PREVIEW = "preview"


class CancellationCreate(OperationFormView):
    """Choose items, quantities and reasons; see what is paid back; cancel.

    Posting with `preview` shows the estimate for what is chosen and writes nothing.
    """

    form_class = CancellationForm
    template_name = "cancellations/cancellation_form.html"
    partial = "estimate"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.order = self.scoped(Order, number=kwargs["number"])

    @cached_property
    def items(self) -> list[OrderItem]:
        items = OrderItem.objects.visible_to(self.request.actor).filter(order=self.order)
        return list(items.select_related("line", "seller").order_by("seller_order", "pk"))

    def get_form_kwargs(self) -> dict[str, Any]:
        """What may be chosen, and what was: a refusal belongs beside the item it is about."""
        ticked = {name for name in self.request.POST if name.startswith("take-")}
        items = [
            item for item in self.items if may_cancel(item) is None or f"take-{item.pk}" in ticked
        ]
        reasons = Reason.objects.pickable_by(self.request.actor, Case.Kind.CANCEL)
        return super().get_form_kwargs() | {"items": items, "reasons": list(reasons)}

    def post(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        options = self.get_form_kwargs() | {
            "data": None,
            "files": None,
            "initial": request.POST.dict(),
        }
        return self.render_to_response(self.get_context_data(form=CancellationForm(**options)))

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def perform(self, data: dict) -> list:
        try:
            return operations.request_cancellation(
                order=self.order, selections=self.form.selections, actor=self.request.actor
            )
        except DomainError as refusal:
            for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
                one.field = self.form.field_at(one.field)
            raise

    def get_success_message(self) -> str:
        return ngettext(
            "Your request was received and is under evaluation.",
            "Your requests were received and are under evaluation.",
            len(self.result),
        )

    def get_success_url(self) -> str:
        if len(self.result) == 1:
            return reverse("my:case_detail", args=[self.result[0].case.number])
        return reverse("my:order_detail", args=[self.order.number])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        possible = {item.pk for item in self.items if may_cancel(item) is None}
        wanted = {pk: units for pk, units in form.wanted.items() if pk in possible}
        estimate = operations.estimate_cancellation(self.order, wanted, self.request.actor)
        return context | {
            "order": self.order,
            "groups": _by_seller(form.rows),
            "locked": [
                (item, refusal)
                for item in self.items
                if item not in form.items and (refusal := may_cancel(item))
            ],
            "estimate": estimate,
            "payments": [BackTo.of(payment, amount) for payment, amount in estimate.payments],
            "submit_words": _submit_words(estimate.units),
        }


def _by_seller(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.item.seller.name, []).append(row)
    return list(groups.items())


def _submit_words(units: int) -> str:
    """The button says what will happen."""
    if not units:
        return _("Choose what to cancel")
    return ngettext("Cancel %(n)s item", "Cancel %(n)s items", units) % {"n": units}


class CancellationDetail(ScopedDetailView):
    """One request: where it stands, what was decided and why, what is paid back."""

    model = Case
    context_object_name = "case"
    template_name = "cancellations/case_detail.html"
    partial = "request"

    def get_object(self, queryset=None) -> Case:
        found = cancellation_case(self.request.actor, self.kwargs["number"])
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs):
        shown = Cancellation(self.object, self.request.actor)
        return super().get_context_data(
            cancellation=shown, order=shown.order, form_key_input=form_key_input(), **kwargs
        )


class CancellationWithdrawal(OperationView):
    """The customer takes the request back."""

    def perform(self) -> CancellationRequest:
        case = get_object_or_404(
            cancellation_cases(self.request.actor), number=self.kwargs["number"]
        )
        return operations.withdraw_cancellation(case.cancellation, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("Your request is taken back. What you had chosen will be sent.")

    def get_success_url(self) -> str:
        return reverse("my:case_detail", args=[self.kwargs["number"]])
