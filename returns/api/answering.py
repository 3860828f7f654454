"""Answering returns, and offers to keep what was to be returned."""

from django.http import Http404
from drf_spectacular.utils import extend_schema

from core.api.serializers import StrictSerializer
from returns import operations, policies
from returns.api.acting import (
    ReturnAct,
    entries_named,
    files_of,
    items_named,
    refuse_first,
)
from returns.models import Offer
from returns.reading import WholeReturn
from returns.serializers.asked import ItemsInput, OfferInput, RefusalInput
from returns.serializers.shapes import ReturnShape


class ReturnApproval(ReturnAct):
    """Say yes to items of a waiting return, or to all that wait. With the last answer the refund
    is planned, and what comes back gets its return code."""

    input_class = ItemsInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        refuse_first(policies.may_answer(shown.request, actor))
        operations.approve_items(shown.request, items_named(shown, data), actor=actor)


class ReturnRejection(ReturnAct):
    """Say no to items of a waiting return, or to all that wait, for a listed reason. It goes to
    the marketplace, which hears the customer and decides."""

    input_class = RefusalInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        refuse_first(policies.may_answer(shown.request, actor))
        operations.reject_items(
            shown.request,
            items_named(shown, data),
            actor=actor,
            reason_code=data["reason"],
            message=data["message"],
            files=files_of(data, actor),
        )


class ReturnWithdrawal(ReturnAct):
    """Take a waiting return back: by the customer who asked, or the owner for them."""

    input_class = StrictSerializer

    @extend_schema(request=None, responses={201: ReturnShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, shown: WholeReturn, data: dict) -> None:
        operations.withdraw_return(shown.request, actor=self.request.actor)


# -- Offers --------------------------------------------------------------------------------


class ReturnOffers(ReturnAct):
    """Offer the customer a part of the money for keeping an item. While they think, the time to
    answer the return stands still."""

    input_class = OfferInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        refuse_first(policies.may_answer(shown.request, actor))
        entry_id = entries_named(shown, {"item": data["item"]})[data["item"]]
        [item_id] = (entry.item_id for entry in shown.entries if entry.pk == entry_id)
        operations.make_offer(
            shown.request,
            item_id=item_id,
            amount=data["amount"],
            message=data.get("message", ""),
            actor=actor,
        )


class _OfferAct(ReturnAct):
    """POST under one offer of the return."""

    input_class = StrictSerializer

    @extend_schema(request=None, responses={201: ReturnShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def offer_of(self, shown: WholeReturn) -> Offer:
        for offer in shown.offers:
            if offer.pk == self.kwargs["offer"]:
                return offer
        raise Http404


class OfferAcceptance(_OfferAct):
    """Keep the item and be paid what was offered: by the customer, or the owner for them."""

    def act(self, shown: WholeReturn, data: dict) -> None:
        operations.accept_offer(self.offer_of(shown), actor=self.request.actor)


class OfferRefusal(_OfferAct):
    """Rather return the item: the return waits for its answer again."""

    def act(self, shown: WholeReturn, data: dict) -> None:
        operations.decline_offer(self.offer_of(shown), actor=self.request.actor)


class OfferWithdrawal(_OfferAct):
    """Take an offer back before it is answered."""

    def act(self, shown: WholeReturn, data: dict) -> None:
        operations.withdraw_offer(self.offer_of(shown), actor=self.request.actor)
