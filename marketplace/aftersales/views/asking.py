"""*Cancel or return items*: one page on which the product says which of the two applies."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError, Problems
from core.web import OperationFormView
from marketplace.aftersales.asking import (
    Asked,
    Foreseen,
    Possible,
    Way,
    ask,
    foresee,
    possibilities,
)
from marketplace.aftersales.request_form import RequestForm, Row
from orders.models import Case, Order, Reason
from returns.forms.files import KEPT

PREVIEW = "preview"


class RequestCreate(OperationFormView):
    """Choose items, quantities, reasons and photos; see what is paid back; send the request.

    Posting with `preview` shows the estimate for what is chosen and writes nothing.
    """

    form_class = RequestForm
    template_name = "aftersales/request_form.html"
    partial = "estimate"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.order = self.scoped(Order, number=kwargs["number"])

    @cached_property
    def possible(self) -> list[Possible]:
        return possibilities(self.order, self.request.actor)

    def get_form_kwargs(self) -> dict[str, Any]:
        """What may be chosen, and what was: a refusal belongs beside the item it is about."""
        ticked = {name for name in self.request.POST if name.startswith("take-")}
        reasons = Reason.objects.pickable_by(self.request.actor)
        return super().get_form_kwargs() | {
            "possible": [
                one
                for one in self.possible
                if one.refusal is None or f"take-{one.item.pk}" in ticked
            ],
            "reasons": {
                Way.CANCEL: [one for one in reasons if one.kind == Case.Kind.CANCEL],
                Way.RETURN: [one for one in reasons if one.kind == Case.Kind.RETURN],
            },
        }

    def post(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().post(request, *args, **kwargs)
        initial = {name: value for name, value in request.POST.items() if KEPT not in name}
        options = self.get_form_kwargs() | {"data": None, "files": None, "initial": initial}
        return self.render_to_response(self.get_context_data(form=RequestForm(**options)))

    def get_form(self, form_class=None):
        """With the photos that were sent: kept, whatever else is wrong with the form."""
        form = super().get_form(form_class)
        if form.is_bound:
            form.full_clean()
            form.store(self.request.actor)
        return form

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def perform(self, data: dict) -> Asked:
        form = self.form
        try:
            return ask(
                order=self.order,
                cancels=form.cancels,
                goes_back=form.goes_back,
                wish=form.chosen_wish("wish"),
                pay_to=form.chosen_wish("pay_to"),
                actor=self.request.actor,
            )
        except DomainError as refusal:
            for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
                one.field = form.field_at(one.field)
            raise

    def get_success_message(self) -> str:
        return ngettext(
            "Your request was received and is under evaluation.",
            "Your requests were received and are under evaluation.",
            len(self.result.cases),
        )

    def get_success_url(self) -> str:
        if len(self.result.cases) == 1:
            return reverse("my:case_detail", args=[self.result.cases[0].number])
        return reverse("my:order_detail", args=[self.order.number])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        foreseen = self._foreseen(form)
        return context | {
            "order": self.order,
            "groups": _grouped(form.rows),
            "locked": [
                (one.item, one.refusal)
                for one in self.possible
                if one.refusal and one not in form.possible
            ],
            "foreseen": foreseen,
            "submit_words": _submit_words(form, foreseen.units),
        }

    def _foreseen(self, form: RequestForm) -> Foreseen:
        able = {one.item.pk for one in self.possible if one.refusal is None}
        cancels = form.wanted_by(Way.CANCEL)
        return foresee(
            self.order,
            {pk: units for pk, units in cancels.items() if pk in able},
            [one for one in form.wanted_back if one.item_id in able],
            wish=form.chosen_wish("wish"),
            pay_to=form.chosen_wish("pay_to"),
            actor=self.request.actor,
        )


def _grouped(rows: list[Row]) -> list[tuple[Way, str, list[Row]]]:
    """(way, seller, rows): what is cancelled first, as the order has it."""
    groups: dict[tuple[Way, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.way != Way.CANCEL):
        groups.setdefault((row.way, row.item.seller.name), []).append(row)
    return [(way, seller, found) for (way, seller), found in groups.items()]


def _submit_words(form: RequestForm, units: int) -> str:
    """The button says what will happen."""
    cancels = sum(form.wanted_by(Way.CANCEL).values())
    facts = {"n": units}
    if not units:
        return _("Choose your items")
    if cancels == units:
        return ngettext("Cancel %(n)s item", "Cancel %(n)s items", units) % facts
    if not cancels:
        return ngettext("Return %(n)s item", "Return %(n)s items", units) % facts
    return _("Ask for %(n)s items") % facts
