"""*Cancel/Return Selected Items*: Transaction, Apply, and the question before it happens."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cancellations import operations
from core.errors import DomainError, Problems
from core.web import OperationFormView, go_to
from marketplace.aftersales.consequences import consequence_words
from marketplace.aftersales.forms import TransactionForm
from marketplace.aftersales.presenters import RefundSum, TransactionWords, done_words
from marketplace.aftersales.transactions import (
    Transaction,
    apply_transaction,
    kind_of,
    offered_to,
    rejects,
    why_not,
)
from orders.models import Order, OrderItem, Reason
from orders.presenters import method_words
from refunds.models import RefundPlan
from returns.operations import Estimate as ReturnEstimate
from returns.operations import ReturnSelection, estimate_return

PREVIEW = "preview"


class OrderTransaction(OperationFormView):
    """Asks once more what *Apply* was about, with reason and refund to the cent; then does it.

    A dialog over the order where scripts run, else a page. `item` names the selected items (ids,
    several joined by "-" where a row of the page stands for several). Posting with `preview`
    shows the estimate for the quantities typed so far, and writes nothing.
    """

    form_class = TransactionForm
    template_name = "aftersales/transaction.html"
    partial = "dialog"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.order = self.scoped(Order, number=kwargs["number"])
        self.given = request.POST if request.method == "POST" else request.GET

    def dispatch(self, request, *args, **kwargs):
        if not offered_to(request.actor):
            raise PermissionDenied(_("Cancelling items needs the role Manager."))
        if not self.items:
            messages.error(request, _("Select the items first."))
            return go_to(request, self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def transaction(self) -> Transaction:
        offered = offered_to(self.request.actor)
        asked = self.given.get("transaction", offered[0])
        return Transaction(asked) if asked in offered else offered[0]

    @cached_property
    def items(self) -> list[OrderItem]:
        """What is selected. An id that is not in this order, as this reader sees it: 404."""
        wanted = {part for value in self.given.getlist("item") for part in value.split("-")}
        if not all(part.isdecimal() and len(part) < 18 for part in wanted):
            raise Http404
        items = OrderItem.objects.visible_to(self.request.actor).filter(
            order=self.order, pk__in=wanted
        )
        found = items.select_related("line", "seller").order_by("line__position", "first_unit")
        if len(found) != len(wanted):
            raise Http404
        return list(found)

    @cached_property
    def locked(self) -> list[tuple[OrderItem, DomainError]]:
        """Selected items that this cannot be applied to, and why. What was already asked about
        stays in the form: the refusal belongs beside it."""
        refusals = why_not(self.transaction, self.order, self.items, self.request.actor)
        return [
            (item, refusals[item.pk])
            for item in self.items
            if item.pk in refusals and f"quantity-{item.pk}" not in self.request.POST
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        locked = {item.pk for item, _refusal in self.locked}
        reasons = Reason.objects.pickable_by(self.request.actor, kind_of(self.transaction))
        return super().get_form_kwargs() | {
            "items": [item for item in self.items if item.pk not in locked],
            "reasons": list(reasons),
            "returns": self.transaction is Transaction.RETURN,
        }

    def post(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        self.partial = "estimate"
        typed = {"data": None, "files": None, "initial": request.POST.dict()}
        form = TransactionForm(**(self.get_form_kwargs() | typed))
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def perform(self, data: dict) -> list:
        try:
            return apply_transaction(
                self.transaction,
                order=self.order,
                selections=self.form.selections,
                actor=self.request.actor,
                **self.form.wishes,
            )
        except DomainError as refusal:
            for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
                one.field = self.form.field_at(one.field)
            raise

    def get_success_url(self) -> str:
        surface = self.request.resolver_match.namespace
        return reverse(f"{surface}:order_detail", args=[self.order.number])

    def get_success_message(self) -> str:
        cases = [request.case_id for request in self.result]
        plans = RefundPlan.objects.live().filter(case__in=cases).order_by("pk")
        units = sum(selection.quantity for selection in self.form.selections)
        numbers = list(plans.values_list("number", flat=True))
        return done_words(self.transaction, units, numbers, self.request.actor)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form, actor = context["form"], self.request.actor
        estimate = self._estimate(form)
        return context | {
            "order": self.order,
            "transaction": self.transaction,
            "rejects": rejects(self.transaction, actor),
            "locked": self.locked,
            "selected": "-".join(str(item.pk) for item in self.items),
            "back_url": self.get_success_url(),
            "words": TransactionWords.of(
                self.transaction, self.order, form.items, sum(form.wanted.values()), actor
            ),
            "sum": RefundSum.of(estimate) if estimate else None,
            "payments": [
                (method_words(payment.method), amount)
                for payment, amount in (estimate.payments if estimate else ())
            ],
            "consequence": consequence_words(form.chosen_reason, self.transaction, actor),
        }

    def _estimate(self, form: TransactionForm) -> operations.Estimate | ReturnEstimate | None:
        """What is paid back; None for a return before a reason is chosen, which fees follow from,
        and where it cannot be said."""
        actor = self.request.actor
        if self.transaction is not Transaction.RETURN:
            return operations.estimate_cancellation(self.order, form.wanted, actor)
        if form.chosen_reason is None or not form.wanted:
            return None
        code = form.chosen_reason.code
        chosen = [ReturnSelection(pk, units, code) for pk, units in form.wanted.items()]
        try:
            return estimate_return(self.order, chosen, actor, **form.wishes)
        except DomainError:
            return None
