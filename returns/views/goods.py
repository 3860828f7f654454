"""Receiving: find the parcel by its code, say what came, and what is kept of its money."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Role
from core.errors import DomainError, InvalidInput, NotAllowed
from core.web import OperationFormView, go_to
from orders.models import Case
from returns import goods_policies, operations
from returns.forms.goods import InspectionForm, ReceiptForm, ReceiveCodeForm
from returns.models import ReturnItem, ReturnParcel
from returns.operations import Found, proposed_deductions
from returns.operations.goods import entries_of, expected_entries, plans_on_receipt
from returns.operations.receiving import units_left
from returns.presenters import Return, return_case
from returns.views.acts import ReturnAct

PREVIEW, LATER, SEEN = "preview", "later", "seen"


class ReceiveByCode(OperationFormView):
    """Scan or type the code on the label."""

    form_class = ReceiveCodeForm
    template_name = "returns/console/receive.html"

    def form_valid(self, form):
        try:
            parcel = operations.find_by_code(form.cleaned_data["code"], self.request.actor)
        except DomainError as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        return go_to(self.request, self._address(parcel))

    def _address(self, parcel: ReturnParcel) -> str:
        surface = self.request.resolver_match.namespace
        return reverse(f"{surface}:return_receive_parcel", args=[parcel.code])

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        status = ReturnParcel.Status
        under_way = (
            ReturnParcel.objects.visible_to(actor)
            .filter(status__in=(status.SENT, status.PARTLY_RECEIVED))
            .select_related("case", "order__customer", "seller")
            .order_by("confirm_by", "pk")
        )
        return super().get_context_data(
            parcels=under_way[:50],
            surface=self.request.resolver_match.namespace,
            is_owner=actor.role is Role.OWNER,
            **kwargs,
        )


class ReceiveParcel(ReturnAct):
    """What came out of one parcel; once all has come, what is kept of the money for it.

    Posting with `preview` shows what would be paid, and writes nothing.
    """

    template_name = "returns/console/receive_parcel.html"
    partial = "money"
    unchanged = gettext_lazy("Nothing was saved.")

    def setup(self, request, *args, **kwargs):
        parcels = ReturnParcel.objects.visible_to(request.actor)
        self.parcel = parcels.filter(code=kwargs["code"]).first()
        if self.parcel is None:
            raise Http404
        super().setup(request, *args, **kwargs)

    @cached_property
    def case(self) -> Case:
        case = return_case(self.request.actor, pk=self.parcel.case_id)
        assert case is not None  # who sees the parcel sees its return
        return case

    @cached_property
    def shown(self) -> Return:
        return Return(self.case, self.request.actor)

    @cached_property
    def entries(self) -> dict[int, ReturnItem]:
        return entries_of(self.case)

    @cached_property
    def expected(self) -> list[ReturnItem]:
        return expected_entries(self.case)

    @cached_property
    def plans(self) -> list:
        """Those that wait for the goods."""
        return plans_on_receipt(self.case)

    @property
    def may_deduct(self) -> bool:
        return goods_policies.may_deduct(self.request.actor) is None

    @property
    def inspects(self) -> bool:
        """Whether all has come, and only the money is left to be said something about."""
        received = self.parcel.status == ReturnParcel.Status.RECEIVED
        return received and bool(self.plans) and not self.expected

    def get_form_class(self):
        return InspectionForm if self.inspects else ReceiptForm

    def get_form_kwargs(self) -> dict[str, Any]:
        options = super().get_form_kwargs() | {"currency": self.shown.currency}
        if self.inspects:
            back = [entry for entry in self.entries.values() if entry.goods_back]
            return options | {"entries": back, "proposed": proposed_deductions(self.parcel)}
        return options | {
            "entries": self.expected,
            "left": units_left(self.parcel, self.entries),
            "may_deduct": self.may_deduct and bool(self.plans),
        }

    def post(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form_class()(**self.get_form_kwargs())
        form.full_clean()
        form.errors.clear()
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, data):
        actor, form = self.request.actor, self.form
        try:
            if self.inspects:
                return operations.deduct(self.parcel, deductions=form.deductions, actor=actor)
            return operations.receive(
                self.parcel,
                units=form.units,
                actor=actor,
                last=data["last"],
                deductions=self._deductions(form),
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal

    def _deductions(self, form: ReceiptForm) -> list[Found] | None:
        """All that is kept, an empty list pays everything at once. None says nothing about the
        money yet: "later", below Manager, and where none waits."""
        if LATER in self.request.POST or not (self.may_deduct and self.plans):
            return None
        proposed = self._by_rule(form)
        if proposed and self.request.POST.get(SEEN) != _told(proposed):
            raise InvalidInput(
                _(
                    "By the rules something is kept of the refund: look at “What this pays”, and "
                    "save once more. An amount of 0 keeps nothing."
                )
            )
        return [*form.deductions, *proposed]

    def _by_rule(self, form: ReceiptForm) -> list[Found]:
        """What the rules keep of items about which nobody has typed an amount."""
        if not (self.may_deduct and self.plans):
            return []
        if not form.is_bound:
            return proposed_deductions(self.parcel, form.all_as_sold)
        last = bool(form.cleaned_data.get("last"))
        found = proposed_deductions(self.parcel, form.units, last=last)
        return [one for one in found if one.entry_id not in form.said]

    def _kept(self, form: ReceiptForm | InspectionForm) -> tuple[Sequence[Found], Sequence[Found]]:
        """What somebody typed, and what the rules keep besides."""
        if isinstance(form, InspectionForm):
            return (
                (form.deductions, ()) if form.is_bound else (proposed_deductions(self.parcel), ())
            )
        return getattr(form, "deductions", []), self._by_rule(form)

    def get_success_message(self) -> str:
        if self.result.status == ReturnParcel.Status.RECEIVED:
            return _("Parcel %(code)s received.") % {"code": self.parcel.code}
        return _("Saved. The rest of parcel %(code)s is still waited for.") % {
            "code": self.parcel.code
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        planned = sum(plan.total for plan in self.plans)
        typed, proposed = self._kept(form)
        kept = [
            (self.entries[one.entry_id].item.line.name, -one.amount, one.reason)
            for one in (*typed, *proposed)
        ]
        return context | {
            "parcel": self.parcel,
            "inspects": self.inspects,
            "planned": planned,
            "kept": kept,
            "proposed": bool(proposed),
            "seen": _told(proposed),
            "left_over": planned + sum(amount for _name, amount, _why in kept),
            "may_deduct": self.may_deduct and bool(self.plans),
        }


def _told(proposed: Sequence[Found]) -> str:
    """What was shown before it was agreed to, as the form sends it back."""
    return ",".join(f"{one.entry_id}:{one.amount}" for one in proposed)
