"""A return as seller and owner see it: what is asked, the answer item by item, what came of it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.actors import Rank, Role
from orders.models import Reason
from returns import operations
from returns.forms.answers import AnswerForm
from returns.forms.talking import MessageForm
from returns.models import ReturnItem
from returns.operations.item_by_item import APPROVE, ItemAnswer, answer_items
from returns.presenters import Entry, story_of
from returns.presenters.terms import time_words
from returns.views.acts import ReturnAct, ReturnButton

PREVIEW, ALL = "preview", "all"


class ReturnPage(ReturnAct):
    """One return with everything about it; posting answers the items that wait.

    Posting with `preview` shows what the answers chosen so far come to, and writes nothing.
    """

    form_class = AnswerForm
    template_name = "returns/console/return_detail.html"
    partial = "summary"
    unchanged = gettext_lazy("Nothing was answered.")

    def post(self, request, *args, **kwargs):
        if not request.actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Answering needs the role Manager."))
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        typed = {"data": None, "files": None, "initial": request.POST.dict()}
        form = AnswerForm(**(self.get_form_kwargs() | typed))
        return self.render_to_response(self.get_context_data(form=form))

    @cached_property
    def waiting(self) -> list[Entry]:
        """The items that this reader may answer now."""
        entries = self.shown.having(ReturnItem.Status.WAITING) if self.shown.may("approve") else []
        return [entry for entry in entries if entry.offer is None]

    def get_form_kwargs(self) -> dict[str, Any]:
        # What was answered meanwhile stays in the form: the refusal belongs beside it.
        posted = self.request.method == "POST" and PREVIEW not in self.request.POST
        actor = self.request.actor
        return super().get_form_kwargs() | {
            "entries": self.shown.entries if posted else self.waiting,
            "reasons": list(Reason.objects.pickable_by(actor, Reason.Kind.REJECTION)),
            "currency": self.shown.currency,
        }

    def get_initial(self):
        """A link of the order's tab begins with an answer: ?answer-7=reject."""
        return {
            name: value for name, value in self.request.GET.items() if name.startswith("answer-")
        }

    def get_form(self, form_class=None):
        if ALL not in self.request.POST:
            return super().get_form(form_class)
        # One button says yes to all, whatever else was begun in the form.
        data = self.request.POST.copy()
        for entry in self.shown.entries:
            answer = APPROVE if entry in self.waiting else ""
            data[f"answer-{entry.row.pk}"] = answer
        self.form = AnswerForm(**(self.get_form_kwargs() | {"data": data}))
        return self.form

    def act(self, data):
        return answer_items(self.shown.request, answers=self.form.answers, actor=self.request.actor)

    def get_success_message(self) -> str:
        count = len(self.form.answers)
        return ngettext(
            "%(n)s item of %(number)s answered.", "%(n)s items of %(number)s answered.", count
        ) % {"n": count, "number": self.case.number}

    def get_success_url(self) -> str:
        """Back to where it was answered: the order's tab, or this page."""
        if self.request.POST.get("back") == "order":
            return self.at("order_detail", self.shown.order.number) + "?tab=requests"
        return self.home_url()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        role = self.request.actor.role
        return context | {
            "answers": bool(self.waiting),
            "others": [entry for entry in self.shown.entries if entry not in self.waiting],
            "summary": context["form"].summary,
            "total": sum(said.amount for said in context["form"].summary),
            "story": story_of(self.shown),
            "is_owner": role is Role.OWNER,
            "times": time_words() if self.waiting else {},
            "may_write": self.request.actor.has_rank(Rank.MANAGER),
            "message_form": MessageForm(role=role),
        }


class RequestWithdrawal(ReturnButton):
    """The owner takes a request back for the customer."""

    success_message = gettext_lazy("The request was withdrawn for the customer.")

    def perform(self):
        return operations.withdraw_return(self.shown.request, actor=self.request.actor)


class QuickAnswer(ReturnButton):
    """*Confirm* in the order's tab: yes to one item, or to all of them."""

    def perform(self):
        asked = self.request.POST.get("item", "")
        waiting = self.shown.having(ReturnItem.Status.WAITING)
        chosen = [one for one in waiting if not asked or str(one.item.pk) == asked]
        self.chosen = chosen
        answers = [ItemAnswer(one.item.pk, APPROVE) for one in chosen]
        return answer_items(self.shown.request, answers=answers, actor=self.request.actor)

    def get_success_message(self) -> str:
        count = len(self.chosen)
        return ngettext(
            "%(n)s item of %(number)s confirmed.", "%(n)s items of %(number)s confirmed.", count
        ) % {"n": count, "number": self.case.number}

    def get_success_url(self) -> str:
        return self.at("order_detail", self.shown.order.number) + "?tab=requests"


class OfferWithdrawal(ReturnButton):
    """An offer is taken back before it was answered."""

    success_message = gettext_lazy("The offer was taken back.")

    def perform(self):
        offers = {str(offer.pk): offer for offer in self.shown.offers}
        offer = offers.get(self.request.POST.get("offer", ""))
        if offer is None:
            raise Http404
        return operations.withdraw_offer(offer, actor=self.request.actor)
