"""The shapes of answers about returns, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from core.evidence.models import StoredFile
from orders.models import Case, Reason
from orders.serializers import Money
from refunds.models import RefundPlan
from returns.models import (
    Decision,
    Dispute,
    Offer,
    ReceivedUnits,
    ReturnItem,
    ReturnParcel,
    ReturnRequest,
)
from returns.reading import WholeReturn
from returns.serializers.told import stored_file, whole


class ReturnsSellerShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class WordShape(serializers.Serializer):
    """`code` is for programs and stable, `text` for people."""

    code = serializers.CharField()
    text = serializers.CharField()


class ReturnedItemShape(serializers.Serializer):
    item = serializers.CharField(help_text="<line>.<n>")
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    reason = WordShape()
    note = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(ReturnItem.Status.choices)
    goods_back = serializers.BooleanField(help_text="it comes back before anything is paid or sent")
    estimate = Money(help_text="as told before it was asked for, fees taken off")
    agreed_amount = Money(allow_null=True, help_text="of an offer that was accepted")
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True, help_text="customer, seller, owner, system")
    rule = WordShape(allow_null=True, help_text="which rule decided, when no person did")
    rejection = WordShape(allow_null=True, help_text="why it was rejected")
    answer = serializers.CharField(allow_blank=True, help_text="what the customer was told")
    replaced_by = serializers.ListField(
        child=serializers.CharField(), help_text="items that were sent anew for it"
    )


class OfferShape(serializers.Serializer):
    """Keep it, and be paid this much."""

    id = serializers.IntegerField()
    item = serializers.CharField()
    status = serializers.ChoiceField(Offer.Status.choices)
    amount = Money()
    message = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(help_text="seller, owner")
    due_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class ReceivedUnitsShape(serializers.Serializer):
    item = serializers.CharField(allow_null=True, help_text="null: nobody asked for it")
    condition = serializers.ChoiceField(ReceivedUnits.Condition.choices)
    quantity = serializers.IntegerField()
    disposition = serializers.ChoiceField(ReceivedUnits.Disposition.choices)
    note = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()


class ReturnParcelShape(serializers.Serializer):
    """The goods on their way back. `code` is on the label."""

    code = serializers.CharField()
    status = serializers.ChoiceField(ReturnParcel.Status.choices)
    delivery_option = serializers.CharField(allow_null=True, help_text="its code")
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    send_by = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    confirm_by = serializers.DateTimeField(allow_null=True, help_text="when silence confirms")
    received_at = serializers.DateTimeField(allow_null=True)
    units = ReceivedUnitsShape(many=True)


class DecidedLineShape(serializers.Serializer):
    item = serializers.CharField()
    amount = Money(help_text="what is paid back for it")


class DecisionShape(serializers.Serializer):
    round = serializers.IntegerField(help_text="2: on appeal")
    outcome = serializers.ChoiceField(Decision.Outcome.choices)
    fault = serializers.ChoiceField(Reason.Fault.choices)
    shipping_paid_by = serializers.ChoiceField(Reason.Fault.choices)
    goods_back = serializers.BooleanField()
    note = serializers.CharField()
    decided_at = serializers.DateTimeField()
    lines = DecidedLineShape(many=True)
    internal_note = serializers.CharField(
        required=False, allow_blank=True, help_text="for the marketplace alone"
    )


class DisputeShape(serializers.Serializer):
    """The seller rejected items; the marketplace decides."""

    number = serializers.CharField()
    status = serializers.ChoiceField(Dispute.Status.choices)
    items = serializers.ListField(child=serializers.CharField())
    opened_at = serializers.DateTimeField()
    statement_by = serializers.DateTimeField(allow_null=True)
    stated_at = serializers.DateTimeField(allow_null=True)
    appeal_by = serializers.DateTimeField(allow_null=True)
    appealed_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    decisions = DecisionShape(many=True)


class ReadersShape(serializers.Serializer):
    for_customer = serializers.BooleanField(required=False, help_text="for the marketplace alone")
    for_seller = serializers.BooleanField(required=False, help_text="for the marketplace alone")


class ReturnMessageShape(ReadersShape):
    id = serializers.IntegerField()
    author = serializers.CharField(help_text="customer, seller, owner, system")
    text = serializers.CharField()
    written_at = serializers.DateTimeField()


class StoredFileShape(serializers.Serializer):
    """A photo or document that was given; `key` is what a request names it by."""

    key = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes, as kept")
    address = serializers.CharField(help_text="where it can be had, once something holds it")

    def to_representation(self, file: StoredFile) -> dict[str, Any]:
        return stored_file(file)


class EvidenceShape(StoredFileShape, ReadersShape):
    item = serializers.CharField(allow_null=True, help_text="that it shows")
    message = serializers.IntegerField(allow_null=True, help_text="id of the message it came with")
    given_by = serializers.CharField(help_text="customer, seller, owner")
    given_at = serializers.DateTimeField()


class ReturnPlanShape(serializers.Serializer):
    number = serializers.CharField(help_text="GET /refund-plans/{number}/ tells its lines")
    round = serializers.IntegerField()
    status = serializers.ChoiceField(RefundPlan.Status.choices)
    total = Money()
    pay_to = serializers.ChoiceField(RefundPlan.PayTo.choices)
    payable_when = serializers.ChoiceField(RefundPlan.PayableWhen.choices)
    payable_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class PaidBackShape(serializers.Serializer):
    method = serializers.CharField()
    amount = Money()


class ReturnShape(serializers.Serializer):
    """One return; one per seller of the order."""

    number = serializers.CharField()
    order = serializers.CharField()
    seller = ReturnsSellerShape()
    status = serializers.ChoiceField(Case.Status.choices)
    origin = serializers.ChoiceField(Case.Origin.choices)
    wish = serializers.ChoiceField(ReturnRequest.Wish.choices)
    pay_to = serializers.ChoiceField(ReturnRequest.PayTo.choices)
    opened_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="when silence decides it")
    decided_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(
        help_text="of the case, its goods, offers, dispute, plans"
    )
    held_by = WordShape(allow_null=True, help_text="the rule that leaves it to the marketplace")
    estimate = Money()
    items = ReturnedItemShape(many=True)
    offers = OfferShape(many=True)
    parcel = ReturnParcelShape(allow_null=True)
    dispute = DisputeShape(allow_null=True)
    messages = ReturnMessageShape(many=True)
    files = EvidenceShape(many=True)
    refund_plans = ReturnPlanShape(many=True)
    allowed_actions = serializers.ListField(
        child=serializers.CharField(),
        help_text="approve, reject, offer, withdraw, accept_offer, decline_offer, withdraw_offer, "
        "ship, receive, inspect, state, decide, appeal, write: POST to approval, rejection, "
        "offers, withdrawal, offers/{id}/acceptance, …/refusal, …/withdrawal, shipment, receipts, "
        "inspection, dispute/statement, dispute/decision, dispute/appeal, messages",
    )
    payments = PaidBackShape(many=True, required=False, help_text="not for sellers")

    def to_representation(self, shown: WholeReturn) -> dict[str, Any]:
        return whole(shown, self.context["request"].actor)


class AskedReturnsShape(serializers.Serializer):
    """What a request made: one return per seller."""

    results = ReturnShape(many=True)


class EstimatedLineShape(serializers.Serializer):
    component = serializers.CharField(
        help_text="product, shipping; return_shipping, restocking: taken off"
    )
    amount = Money()
    reason = serializers.CharField(allow_blank=True)


class EstimatedItemShape(serializers.Serializer):
    item = serializers.CharField()
    quantity = serializers.IntegerField()
    goods_back = serializers.BooleanField()
    payable_when = serializers.ChoiceField(RefundPlan.PayableWhen.choices)
    amount = Money()
    lines = EstimatedLineShape(many=True)


class EstimateShape(serializers.Serializer):
    """What would be paid back, to the cent, if it were asked for now."""

    total = Money()
    items = EstimatedItemShape(many=True)
    payments = PaidBackShape(many=True, help_text="empty where it becomes store credit")
