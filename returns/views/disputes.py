"""A dispute: both sides on one screen; the owner decides there, the seller reads and writes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Rank, Role
from core.deadlines.models import Deadline
from core.errors import DomainError
from core.formats import figure
from orders.models import Case
from returns import operations
from returns.forms.disputes import DecisionForm, yes_words
from returns.forms.talking import MessageForm
from returns.models import Decision, Dispute, ReturnItem
from returns.operations.weighing import Ruled, price_decision
from returns.presenters import Entry, Return, return_case, story_of
from returns.presenters.terms import time_words
from returns.views.acts import ReturnAct

PREVIEW = "preview"
Outcome = Decision.Outcome


class DisputePage(ReturnAct):
    """Found by its own number, or by that of its return. Posting decides it.

    Posting with `preview` shows what the decision would pay, and writes nothing.
    """

    form_class = DecisionForm
    template_name = "returns/console/dispute.html"
    partial = "effect"
    unchanged = gettext_lazy("Nothing was decided.")
    success_message = gettext_lazy("Decided. Both sides were told.")

    def setup(self, request, *args, **kwargs):
        number = kwargs["number"]
        disputes = Dispute.objects.visible_to(request.actor)
        self.found = disputes.filter(Q(number=number) | Q(case__number=number)).first()
        if self.found is None:
            raise Http404
        super().setup(request, *args, **kwargs)

    @cached_property
    def case(self) -> Case:
        case = return_case(self.request.actor, pk=self.found.case_id)
        assert case is not None  # who sees the dispute sees its return
        return case

    @cached_property
    def shown(self) -> Return:
        return Return(self.case, self.request.actor)

    @property
    def dispute(self):
        return self.shown.dispute

    @cached_property
    def entries(self) -> list[Entry]:
        held = self.dispute.entry_ids
        return [entry for entry in self.shown.entries if entry.row.pk in held]

    @cached_property
    def decides(self) -> bool:
        return not self.dispute.why_not_decide(Outcome.FULL, waits=self.waits)

    @cached_property
    def decision_due(self) -> Deadline | None:
        """Until when the marketplace decides, where its time runs."""
        running = Deadline.objects.open().of(self.found)
        return running.filter(step=operations.DECISION_STEP).first()

    @property
    def waits(self) -> bool:
        """Whether the seller has not answered all items yet."""
        return bool(self.shown.having(ReturnItem.Status.WAITING))

    def post(self, request, *args, **kwargs):
        if request.actor.role is not Role.OWNER:
            raise Http404
        if not request.actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Deciding needs the role Manager."))
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        form = DecisionForm(**self.get_form_kwargs())
        form.full_clean()
        form.errors.clear()
        return self.render_to_response(self.get_context_data(form=form))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "entries": self.entries,
            "currency": self.shown.currency,
        }

    def get_initial(self):
        reason = self.entries[0].reason
        return {
            "outcome": Outcome.FULL,
            "fault": reason.fault,
            "shipping_paid_by": reason.shipping_paid_by,
            "goods_back": reason.needs_goods_back,
        }

    def act(self, data):
        return operations.decide(
            self.dispute.dispute,
            outcome=data["outcome"],
            fault=data["fault"],
            shipping_paid_by=data["shipping_paid_by"],
            note=data["note"],
            internal_note=data["internal_note"],
            goods_back=data["goods_back"],
            lines=self.form.lines,
            actor=self.request.actor,
        )

    def home_url(self) -> str:
        return self.at("dispute_detail", self.dispute.number)

    def _priced(self, form: DecisionForm, outcome: str) -> tuple[list[Ruled], str]:
        """What deciding so would pay, item by item; or why it cannot be."""
        given = getattr(form, "cleaned_data", None) or form.initial
        try:
            ruled = price_decision(
                self.dispute.dispute,
                outcome=outcome,
                lines=form.lines if form.is_bound and outcome == Outcome.PARTIAL else (),
                shipping_paid_by=given.get("shipping_paid_by") or "seller",
                goods_back=bool(given.get("goods_back")),
            )
        except DomainError as refusal:
            return [], str(refusal)
        return ruled, ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form, shown = context["form"], self.shown
        outcome = form.chosen if form.chosen in Outcome.values else Outcome.FULL
        ruled, wrong = self._priced(form, outcome) if self.decides else ([], "")
        total = sum(one.amount for one in ruled)
        commission = sum(one.refund.commission for one in ruled)
        role = self.request.actor.role
        # What is left of the items is the same under every outcome.
        worth = ruled or (self._priced(form, Outcome.FULL)[0] if self.decides else [])
        return context | {
            "dispute": self.dispute,
            "entries": self.entries,
            "decides": self.decides,
            "decision_due": self.decision_due,
            "why_not": self.dispute.why_not_decide(Outcome.FULL, waits=self.waits),
            "only_full": self.dispute.why_not_decide(Outcome.NONE, waits=self.waits),
            "outcome": outcome,
            "is_full": outcome == Outcome.FULL,
            "is_partial": outcome == Outcome.PARTIAL,
            "is_none": outcome == Outcome.NONE,
            "ruled": ruled,
            "wrong": wrong,
            "total": total,
            "balance": -total,
            "commission": commission,
            "full": sum(one.worth for one in worth),
            "asked": sum(entry.row.estimate for entry in self.entries),
            "yes": yes_words(f"{figure(total, shown.currency)} {shown.currency}", outcome),
            "is_owner": role is Role.OWNER,
            "times": time_words() if self.decides else {},
            "may_write": self.request.actor.has_rank(Rank.MANAGER),
            "message_form": MessageForm(role=role),
            "story": story_of(shown),
        }
