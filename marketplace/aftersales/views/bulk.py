"""*More actions > Cancel* on many orders of the list."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.actors import Rank
from core.errors import DomainError, InvalidInput
from core.jobs.operations import continue_job, start_job
from core.web import OperationFormView, OperationView, go_to
from marketplace.aftersales.bulk import (
    AT_ONCE,
    CANCEL_ORDERS,
    MOST,
    Confirmed,
    OrderToCancel,
    confirm_returns,
    orders_to_cancel,
)
from marketplace.aftersales.consequences import consequence_words
from marketplace.aftersales.forms import ReasonForm
from marketplace.aftersales.transactions import Transaction, offered_to, rejects
from orders.matching import check_unchanged, numbers_matching
from orders.models import Case, Reason

PREVIEW = "preview"


class OrdersCancel(OperationFormView):
    """Asks once more, order by order; the result of each is on the job's page. With `all` it is
    about everything that the list shows at its address `query`, as it is when yes is said."""

    form_class = ReasonForm
    template_name = "aftersales/orders_cancel.html"
    partial = "consequence"

    def dispatch(self, request, *args, **kwargs):
        if not offered_to(request.actor):
            raise PermissionDenied(_("Cancelling orders needs the role Manager."))
        try:
            chosen = self.numbers
        except DomainError as refusal:  # too many, or an address that is not valid
            messages.error(request, str(refusal))
            return go_to(request, self.list_url)
        if not chosen:
            messages.error(request, _("Select the orders first."))
            return go_to(request, self.list_url)
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_url(self) -> str:
        query = self.given.get("query", "")
        return f"{self.at('order_list')}?{query}" if query else self.at("order_list")

    def at(self, name: str, *arguments: str) -> str:
        """An address on the reader's surface."""
        return reverse(f"{self.request.resolver_match.namespace}:{name}", args=arguments)

    @property
    def given(self):
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def everything(self) -> bool:
        return bool(self.given.get("all"))

    @cached_property
    def numbers(self) -> list[str]:
        if self.everything:
            query = self.given.get("query", "")
            return numbers_matching("orders", query, actor=self.request.actor)
        ticked = self.given.getlist("numbers") + self.given.getlist("order")
        return list(dict.fromkeys(filter(None, ticked)))

    @property
    def unseen(self) -> bool:
        """So many that nobody would read what becomes of each beforehand: it is told after."""
        return self.everything and len(self.numbers) > MOST

    @cached_property
    def orders(self) -> list[OrderToCancel]:
        return [] if self.unseen else orders_to_cancel(self.numbers[:MOST], self.request.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        reasons = Reason.objects.pickable_by(self.request.actor, Case.Kind.CANCEL)
        return super().get_form_kwargs() | {"reasons": list(reasons)}

    def post(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        typed = {"data": None, "files": None, "initial": request.POST.dict()}
        form = ReasonForm(**(self.get_form_kwargs() | typed))
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form):
        self.form = form
        response = super().form_valid(form)
        if self.result is not None and len(self.numbers) <= AT_ONCE:
            while continue_job(job_id=self.result.pk):
                pass
        return response

    def perform(self, data: dict):
        if self.everything:
            check_unchanged(self.numbers, self.given.get("told", ""))
        elif len(self.numbers) > MOST:
            raise InvalidInput(_("At most %(n)s orders at once.") % {"n": MOST})
        reason = self.form.chosen_reason
        if reason and reason.needs_note and not data["note"].strip():
            raise InvalidInput(_("This reason needs a note."), field="note")
        return start_job(
            CANCEL_ORDERS,
            actor=self.request.actor,
            params={"orders": self.numbers, **data},
        )

    def get_success_message(self) -> str:
        count = len(self.numbers)
        return ngettext(
            "Cancellation of %(n)s order started. What became of it stands here.",
            "Cancellation of %(n)s orders started. What became of each stands here.",
            count,
        ) % {"n": count}

    def get_success_url(self) -> str:
        return self.at("job_detail", self.result.number)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        possible = [order for order in self.orders if not order.refusal]
        reason = context["form"].chosen_reason
        count = len(self.numbers) if self.unseen else len(possible)
        return context | {
            "list_url": self.list_url,
            "everything": self.everything,
            "unseen": self.unseen,
            "told": len(self.numbers),
            "query": self.given.get("query", ""),
            "rejects": rejects(Transaction.CANCEL, self.request.actor),
            "count": count,
            "possible": possible,
            "impossible": [order for order in self.orders if order.refusal],
            "consequence": consequence_words(reason, Transaction.CANCEL, self.request.actor),
            "yes": ngettext("Yes, cancel %(n)s order", "Yes, cancel %(n)s orders", count)
            % {"n": count},
        }


class ReturnsConfirm(OperationView):
    """*Confirm returns* on the selected requests of the list."""

    def post(self, request, *args, **kwargs):
        if not request.actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Answering needs the role Manager."))
        return super().post(request, *args, **kwargs)

    def perform(self) -> Confirmed:
        numbers = self.request.POST.getlist("case")
        if not numbers:
            raise InvalidInput(_("Select the returns first."))
        found = confirm_returns(numbers, actor=self.request.actor)
        for refusal in found.refused:
            messages.error(self.request, refusal)
        return found

    def get_success_message(self) -> str:
        count = self.result.done
        if not count:
            return ""
        return ngettext("%(n)s return confirmed.", "%(n)s returns confirmed.", count) % {"n": count}

    def get_success_url(self) -> str:
        return reverse(f"{self.request.resolver_match.namespace}:request_list")
