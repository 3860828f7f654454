"""The customer's pages of a return: where it stands, sending it back, answering an offer."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.actors import Rank, Role
from core.errors import InvalidInput
from core.web import OperationView, ScopedDetailView, form_key_input
from orders.models import Case
from packages.paper.symbols import barcode_svg, qr_svg
from returns import operations
from returns.forms.goods import ShipmentForm
from returns.forms.talking import MessageForm, SideForm
from returns.models import Offer
from returns.presenters import Return, return_case, steps_of, story_of
from returns.views.acts import OfReturn, ReturnAct, ReturnButton
from sellers.models import DeliveryOption


def way_back_of(shown: Return) -> dict[str, Any]:
    """What a form about the customer's shipment needs."""
    offered = DeliveryOption.objects.offered_to(shown.case.seller_id)
    return {"parcel": shown.parcel, "options": offered.select_related("company").ranked()}


class ReturnDetail(ScopedDetailView):
    """One return: where it stands, what was decided and why, what to do next, what is paid."""

    model = Case
    context_object_name = "case"
    template_name = "returns/case_detail.html"
    partial = "request"

    def get_object(self, queryset=None) -> Case:
        found = return_case(self.request.actor, number=self.kwargs["number"])
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs):
        shown = Return(self.object, self.request.actor)
        return super().get_context_data(
            shown=shown,
            order=shown.order,
            surface="my",
            steps=steps_of(shown),
            story=story_of(shown),
            shipment_form=ShipmentForm(**way_back_of(shown)) if shown.to_send else None,
            side_form=SideForm(),
            message_form=MessageForm(role=Role.CUSTOMER),
            form_key_input=form_key_input(),
            **kwargs,
        )


class ForCustomer:
    """The marketplace does it for the customer, from rank Manager on."""

    def post(self, request, *args, **kwargs):
        actor = request.actor
        if actor.role is not Role.CUSTOMER and not actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("This needs the role Manager."))
        return super().post(request, *args, **kwargs)  # type: ignore[misc]


class ReturnWithdrawal(ReturnButton):
    """The customer takes the request back."""

    def perform(self):
        return operations.withdraw_return(self.shown.request, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("Your request is taken back. You keep what you had chosen.")


class OfferAnswer(OperationView):
    """The customer takes an offer, or would rather return it."""

    @cached_property
    def offer(self) -> Offer:
        offers = Offer.objects.visible_to(self.request.actor).select_related("case")
        return get_object_or_404(offers, pk=self.kwargs["pk"])

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.offer  # noqa: B018 - 404 before anything else is looked at

    def perform(self) -> Offer:
        match self.request.POST.get("answer"):
            case "accept":
                return operations.accept_offer(self.offer, actor=self.request.actor)
            case "decline":
                return operations.decline_offer(self.offer, actor=self.request.actor)
        raise InvalidInput(_("Accept or decline the offer."))

    def get_success_message(self) -> str:
        if self.result.status == Offer.Status.ACCEPTED:
            return _("Offer accepted. You keep the item, and the money is on its way.")
        return _("Offer declined. The return goes on as you asked.")

    def get_success_url(self) -> str:
        surface = self.request.resolver_match.namespace
        return reverse(f"{surface}:case_detail", args=[self.offer.case.number])


class ReturnShipment(ReturnAct):
    """The goods are on their way: who brings them, under which number."""

    form_class = ShipmentForm
    heading = gettext_lazy("Send your parcel")
    unchanged = gettext_lazy("Nothing was saved.")
    yes = gettext_lazy("I have sent it")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if self.shown.parcel is None:
            raise Http404

    def get_form_kwargs(self):
        return super().get_form_kwargs() | way_back_of(self.shown)

    def act(self, data):
        return operations.say_sent(
            self.shown.parcel,
            actor=self.request.actor,
            tracking_number=data["tracking_number"],
            **self.form.way,
        )

    def get_success_message(self) -> str:
        return _("Thank you. The seller was told that the parcel is on its way.")


class ReturnLabel(OfReturn, TemplateView):
    """The label of a return, to print: where it goes, and its code as bars and as a square."""

    template_name = "returns/label.html"

    def get_context_data(self, **kwargs):
        shown, parcel = self.shown, self.shown.parcel
        if parcel is None:
            raise Http404
        seller = shown.case.seller
        return super().get_context_data(
            shown=shown,
            parcel=parcel,
            seller=seller,
            barcode=barcode_svg(parcel.code),
            qr=qr_svg(parcel.code, _("Return code %(code)s") % {"code": parcel.code}),
            back_url=self.home_url(),
            **kwargs,
        )


class Statement(ForCustomer, ReturnAct):
    """The customer's side of a dispute."""

    form_class = SideForm
    heading = gettext_lazy("Tell your side")
    intro = gettext_lazy(
        "The seller rejected the return. Say what happened and add photos; the marketplace reads "
        "both sides and decides."
    )
    unchanged = gettext_lazy("Nothing was sent.")
    yes = gettext_lazy("Send to the marketplace")
    success_message = gettext_lazy("Your side was sent. The marketplace decides, and we write you.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if self.shown.dispute is None:
            raise Http404

    def act(self, data):
        return operations.state_side(
            self.shown.dispute.dispute,
            text=data["text"],
            files=self.form.kept("files"),
            actor=self.request.actor,
        )


class Appeal(Statement):
    """The customer asks for one more decision."""

    heading = gettext_lazy("Appeal the decision")
    intro = gettext_lazy(
        "Say what the marketplace should look at again. It decides once more, and that is final; "
        "it can only add to what was decided."
    )
    yes = gettext_lazy("Appeal")
    success_message = gettext_lazy("You have appealed. The marketplace decides once more.")

    def act(self, data):
        return operations.appeal(
            self.shown.dispute.dispute,
            text=data["text"],
            files=self.form.kept("files"),
            actor=self.request.actor,
        )


class Message(ReturnAct):
    """Something a party says about a return, to whom it is for."""

    form_class = MessageForm
    heading = gettext_lazy("Write a message")
    unchanged = gettext_lazy("Nothing was sent.")
    yes = gettext_lazy("Send message")
    success_message = gettext_lazy("Message sent.")

    def post(self, request, *args, **kwargs):
        actor = request.actor
        if actor.role is not Role.CUSTOMER and not actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Writing needs the role Manager."))
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"role": self.request.actor.role}

    def act(self, data):
        return operations.write_message(
            self.case,
            text=data["text"],
            files=self.form.kept("files"),
            actor=self.request.actor,
            **self.form.readers,
        )
