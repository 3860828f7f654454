"""Goods on their way back: sent by the customer, received and looked at by the seller."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.errors import DomainError
from packages.api.acting import option_of
from returns import goods_policies, operations
from returns.api.acting import ReturnAct, entries_named, files_named, refuse_first
from returns.models import ReturnParcel
from returns.operations import Found, Received
from returns.reading import WholeReturn, whole_returns
from returns.serializers.asked import InspectionInput, ReceiptInput, ReturnShipmentInput


class NoGoodsAwaited(DomainError):
    """Nothing has to come back for this return, or not before it is approved."""

    code = "no_goods_awaited"


def parcel_of(shown: WholeReturn) -> ReturnParcel:
    """Raises NoGoodsAwaited."""
    if shown.parcel is None:
        raise NoGoodsAwaited(_("No goods are awaited for this return."))
    return shown.parcel


class ReturnShipment(ReturnAct):
    """The goods are on their way back: by the customer, or the owner for them."""

    input_class = ReturnShipmentInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        parcel = parcel_of(shown)
        refuse_first(goods_policies.may_send_back(parcel, actor))
        operations.say_sent(
            parcel,
            tracking_number=data["tracking_number"],
            delivery_option=option_of(data, actor, parcel.seller_id),
            other_carrier=data.get("other_carrier", ""),
            actor=actor,
        )


class ReturnReceipts(ReturnAct):
    """Say what came out of the parcel, unit by unit; it may come in several times. With the last
    unit, money that waited is paid, if all is as sold or `deductions` say what is kept."""

    input_class = ReceiptInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        parcel = parcel_of(shown)
        refuse_first(goods_policies.may_receive(parcel, actor))
        units = data.get("units", [])
        places = {
            f"units/{position}/item": one["item"]
            for position, one in enumerate(units)
            if "item" in one
        }
        entries = entries_named(shown, places)
        received = [
            Received(
                entry_id=entries[one["item"]] if "item" in one else None,
                condition=one["condition"],
                quantity=one["quantity"],
                disposition=one["disposition"],
                note=one.get("note", ""),
                files=files,
            )
            for one, files in zip(units, files_named(units, actor, "units"), strict=True)
        ]
        deductions = data.get("deductions")
        operations.receive(
            parcel,
            units=received,
            last=data["last"],
            deductions=None if deductions is None else found_in(shown, deductions),
            actor=actor,
        )


class ReturnInspection(ReturnAct):
    """GET: what the rules propose to keep, as POST takes it; nothing is kept by itself. POST: end
    the inspection of what has come: keep these amounts, or nothing, and pay the rest."""

    input_class = InspectionInput
    read_scope = "returns:read"

    @extend_schema(responses=InspectionInput)
    def get(self, request, number: str):
        shown = WholeReturn(get_object_or_404(whole_returns(request.actor), number=number))
        parcel = parcel_of(shown)
        if refusal := goods_policies.may_receive(parcel, request.actor):
            raise refusal
        numbers = {entry.pk: entry.item.number for entry in shown.entries}
        deductions = [
            {"item": numbers[one.entry_id], "amount": one.amount, "reason": one.reason}
            for one in operations.proposed_deductions(parcel)
        ]
        return Response({"deductions": deductions})

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        parcel = parcel_of(shown)
        refuse_first(goods_policies.may_receive(parcel, actor), goods_policies.may_deduct(actor))
        deductions = found_in(shown, data["deductions"])
        operations.deduct(parcel, deductions=deductions, actor=actor)


def found_in(shown: WholeReturn, deductions: Sequence[dict]) -> list[Found]:
    """What an inspection found. Raises Problems where an item is not of this return."""
    places = {f"deductions/{position}/item": one["item"] for position, one in enumerate(deductions)}
    entries = entries_named(shown, places)
    return [Found(entries[one["item"]], one["amount"], one["reason"]) for one in deductions]
