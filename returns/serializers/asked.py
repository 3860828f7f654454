"""What the API takes about returns."""

from rest_framework import serializers

from core.api.serializers import StrictSerializer
from orders.incoming.fields import LARGEST
from orders.models import Reason
from orders.reasons import LONGEST_NOTE
from returns.goods_policies import LONGEST_CARRIER, MOST_EXTRA
from returns.models import Decision, ReceivedUnits, ReturnParcel, ReturnRequest
from returns.policies import MOST_FILES

ITEM = "<line>.<n>, from the order"
ITEMS_OF_CASE = "items of the return, <line>.<n>; all that wait, where none are named"
LONGEST_TEXT = 2000
LONGEST_DECISION = 1000
MOST_ITEMS = 1000


def files() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=36),
        required=False,
        max_length=MOST_FILES,
        help_text="keys of photos and documents, from POST /evidence/",
    )


def amount(**options) -> serializers.IntegerField:
    """Bounded by what JSON carries; what it may be at most is a rule's to say."""
    options.setdefault("help_text", "minor units of the order's currency")
    return serializers.IntegerField(min_value=0, max_value=LARGEST, **options)


# -- Asking --------------------------------------------------------------------------------


class ReturnedItemInput(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text=ITEM)
    quantity = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=40, help_text="GET /reasons/?kind=return")
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    files = files()


class ReturnInput(StrictSerializer):
    items = ReturnedItemInput(many=True, allow_empty=False, max_length=MOST_ITEMS)
    wish = serializers.ChoiceField(ReturnRequest.Wish.choices, default=ReturnRequest.Wish.REFUND)
    pay_to = serializers.ChoiceField(
        ReturnRequest.PayTo.choices, default=ReturnRequest.PayTo.ORIGINAL
    )


# -- Answering -----------------------------------------------------------------------------


class ItemsInput(StrictSerializer):
    items = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        allow_empty=False,
        max_length=MOST_ITEMS,
        help_text=ITEMS_OF_CASE,
    )


class RefusalInput(ItemsInput):
    reason = serializers.CharField(max_length=40, help_text="GET /reasons/?kind=rejection")
    message = serializers.CharField(max_length=LONGEST_NOTE, help_text="the customer reads it")
    files = files()


class OfferInput(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text=ITEM)
    amount = amount(help_text="minor units; less than a full return would pay")
    message = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


# -- Goods ---------------------------------------------------------------------------------


class ReturnShipmentInput(StrictSerializer):
    """The carrier of the label, unless another is named."""

    tracking_number = serializers.CharField(
        max_length=ReturnParcel._meta.get_field("tracking_number").max_length
    )
    delivery_option = serializers.CharField(
        max_length=40, required=False, help_text="code of a delivery option"
    )
    other_carrier = serializers.CharField(max_length=LONGEST_CARRIER, required=False)


class ReceivedInput(StrictSerializer):
    item = serializers.CharField(
        max_length=20, required=False, help_text=f"{ITEM}; none for what nobody asked for"
    )
    condition = serializers.ChoiceField(ReceivedUnits.Condition.choices)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_EXTRA)
    disposition = serializers.ChoiceField(
        ReceivedUnits.Disposition.choices, default=ReceivedUnits.Disposition.NOTHING
    )
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    files = files()


class DeductionInput(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text=ITEM)
    amount = amount()
    reason = serializers.CharField(max_length=200, help_text="the customer reads it")


class InspectionInput(StrictSerializer):
    deductions = DeductionInput(
        many=True, max_length=MOST_ITEMS, help_text="what is kept and why; an empty list: nothing"
    )


class ReceiptInput(StrictSerializer):
    units = ReceivedInput(many=True, required=False, max_length=MOST_ITEMS)
    last = serializers.BooleanField(
        default=False, help_text="nothing more will come: what is left is missing"
    )
    deductions = DeductionInput(
        many=True,
        required=False,
        max_length=MOST_ITEMS,
        help_text="ends the inspection with the last units; without it …/inspection/ does",
    )


# -- Disputes ------------------------------------------------------------------------------


class StatementInput(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    files = files()


class MessageInput(StatementInput):
    for_customer = serializers.BooleanField(default=True, help_text="the customer may read it")
    for_seller = serializers.BooleanField(default=True, help_text="the seller may read it")


class DecidedLineInput(StrictSerializer):
    item = serializers.CharField(max_length=20, help_text=ITEM)
    amount = amount(help_text="minor units that are paid back for it; 0 is nothing")


class DecisionInput(StrictSerializer):
    lines = DecidedLineInput(
        many=True, required=False, max_length=MOST_ITEMS, help_text="where a part is paid back"
    )
    outcome = serializers.ChoiceField(Decision.Outcome.choices)
    fault = serializers.ChoiceField(Reason.Fault.choices)
    shipping_paid_by = serializers.ChoiceField(Reason.Fault.choices)
    goods_back = serializers.BooleanField(
        default=False, help_text="paid only when they are received"
    )
    note = serializers.CharField(max_length=LONGEST_DECISION, help_text="both parties read it")
    internal_note = serializers.CharField(
        max_length=LONGEST_DECISION, required=False, allow_blank=True
    )
