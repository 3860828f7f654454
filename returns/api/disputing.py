"""Disputes: each party's word, the marketplace's decision, and the appeal against it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from returns import dispute_policies, operations
from returns.api.acting import ReturnAct, entries_named, files_of, refuse_first
from returns.models import Dispute
from returns.operations import DecidedLine
from returns.reading import WholeReturn
from returns.serializers.asked import DecisionInput, MessageInput, StatementInput


class NoDispute(DomainError):
    """The seller has rejected nothing of this return."""

    code = "no_dispute"


def dispute_of(shown: WholeReturn) -> Dispute:
    """Raises NoDispute."""
    if shown.dispute is None:
        raise NoDispute(_("There is no dispute about this return."))
    return shown.dispute


class DisputeStatement(ReturnAct):
    """Tell the customer's side, once and within their time: by the customer, or the owner for
    them."""

    input_class = StatementInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        dispute = dispute_of(shown)
        operations.state_side(dispute, text=data["text"], files=files_of(data, actor), actor=actor)


class DisputeDecision(ReturnAct):
    """Decide about every item that was rejected: what is paid back, whose fault it is, who pays
    the way back. The second decision, on appeal, can only add to the first."""

    input_class = DecisionInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        dispute = dispute_of(shown)
        refuse_first(dispute_policies.may_decide(dispute, actor, timezone.now()))
        rows = data.get("lines", [])
        places = {f"lines/{position}/item": one["item"] for position, one in enumerate(rows)}
        entries = entries_named(shown, places)
        operations.decide(
            dispute,
            lines=[DecidedLine(entries[one["item"]], one["amount"]) for one in rows],
            outcome=data["outcome"],
            fault=data["fault"],
            shipping_paid_by=data["shipping_paid_by"],
            goods_back=data["goods_back"],
            note=data["note"],
            internal_note=data.get("internal_note", ""),
            actor=actor,
        )


class DisputeAppeal(ReturnAct):
    """Ask the marketplace to decide once more: by the customer, or the owner for them."""

    input_class = StatementInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        dispute = dispute_of(shown)
        operations.appeal(dispute, text=data["text"], files=files_of(data, actor), actor=actor)


class ReturnMessages(ReturnAct):
    """Say something about a return. The owner reads all; one's own side always reads it, and of
    the other the writer says."""

    input_class = MessageInput

    def act(self, shown: WholeReturn, data: dict) -> None:
        actor = self.request.actor
        is_open = shown.dispute is not None and shown.dispute.status != Dispute.Status.CLOSED
        refuse_first(dispute_policies.may_write(shown.case, actor, disputed=is_open))
        operations.write_message(
            shown.case,
            text=data["text"],
            for_customer=data["for_customer"],
            for_seller=data["for_seller"],
            files=files_of(data, actor),
            actor=actor,
        )
