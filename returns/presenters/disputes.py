"""What is said about a dispute: the two sides, the decisions, and what may still be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from orders.models import Case
from returns import dispute_policies as policies
from returns.models import Decision, Dispute, ReturnEvidence, ReturnMessage

Status = Dispute.Status


@dataclass(frozen=True)
class Evidence:
    """A photo or a document, as a page links to it."""

    key: str
    name: str
    size: int  # bytes
    is_picture: bool
    role: str
    entry_id: int | None
    message_id: int | None

    @classmethod
    def of(cls, row: ReturnEvidence) -> "Evidence":
        file = row.file
        return cls(
            key=str(file.key),
            name=file.name,
            size=file.size,
            is_picture=file.content_type.startswith("image/"),
            role=row.given_by_role,
            entry_id=row.entry_id,
            message_id=row.message_id,
        )


@dataclass(frozen=True)
class Said:
    """A message as one reader sees it. `who` is a side; the owner reads who of it wrote."""

    who: str
    role: str
    text: str
    at: datetime
    for_customer: bool
    for_seller: bool
    files: Sequence[Evidence]

    @classmethod
    def of(
        cls, row: ReturnMessage, case: Case, actor: Actor, evidence: Sequence[Evidence]
    ) -> "Said":
        return cls(
            who=_author(row, case, actor),
            role=row.author_role,
            text=row.text,
            at=row.written_at,
            for_customer=row.for_customer,
            for_seller=row.for_seller,
            files=[one for one in evidence if one.message_id == row.pk],
        )

    @property
    def is_internal(self) -> bool:
        return not (self.for_customer or self.for_seller)


def _author(row: ReturnMessage, case: Case, actor: Actor) -> str:
    if row.author_role == actor.role and row.author_id == actor.user_id:
        return _("You")
    match row.author_role:
        case Role.CUSTOMER:
            return str(case.order.customer)
        case Role.SELLER:
            return case.seller.name
    named = actor.role is Role.OWNER and row.author is not None
    return str(row.author) if named else _("The marketplace")


class DisputeView:
    """A dispute as one reader may see it. Amounts are minor units of the order."""

    def __init__(self, dispute: Dispute, actor: Actor):
        self.dispute = dispute
        self.actor = actor
        self.number = dispute.number
        self.status = dispute.status

    @cached_property
    def decisions(self) -> list[Decision]:
        return list(self.dispute.decisions.all())

    @property
    def decision(self) -> Decision | None:
        """The last one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def shows_internal(self) -> bool:
        return self.actor.role is Role.OWNER

    @cached_property
    def entry_ids(self) -> set[int]:
        return {one.entry_id for one in self.dispute.items.all()}

    def amount_of(self, entry_id: int) -> int | None:
        """What all decisions together pay for an item; None before there is one."""
        if not self.decisions or entry_id not in self.entry_ids:
            return None
        return sum(
            line.amount
            for decision in self.decisions
            for line in decision.lines.all()
            if line.entry_id == entry_id
        )

    @property
    def total(self) -> int:
        return sum(line.amount for one in self.decisions for line in one.lines.all())

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def to_decide(self) -> bool:
        """Whether the owner is to decide now, for the first or for the last time."""
        return self.status in (Status.OPEN, Status.DECIDING, Status.APPEALED)

    @property
    def on_appeal(self) -> bool:
        return self.status == Status.APPEALED

    @property
    def badge(self) -> tuple[str, str, str]:
        """(words, tone, icon) of where it stands."""
        match self.status:
            case Status.OPEN:
                if self.actor.role is Role.CUSTOMER:
                    return _("Waits for your side"), "warning", "scale"
                return _("Waits for the customer's side"), "warning", "scale"
            case Status.DECIDING:
                return _("Waits for a decision"), "danger", "scale"
            case Status.APPEALED:
                return _("Appealed, waits for the last decision"), "danger", "scale"
            case Status.DECIDED:
                return _("Decided, may be appealed"), "info", "scale"
        return _("Dispute closed"), "neutral", "scale"

    @property
    def due_at(self) -> datetime | None:
        """The end of what runs now: the customer's side, or their time to appeal."""
        match self.status:
            case Status.OPEN:
                return self.dispute.statement_by
            case Status.DECIDED:
                return self.dispute.appeal_by
        return None

    @property
    def began_at(self) -> datetime | None:
        if self.status == Status.DECIDED and self.decision:
            return self.decision.decided_at
        return self.dispute.opened_at

    # -- What may be done now --

    @property
    def may_state(self) -> bool:
        """Whether this reader can still tell the customer's side."""
        return policies.may_state(self.dispute, self.actor, timezone.now()) is None

    @property
    def may_appeal(self) -> bool:
        now = timezone.now()
        return policies.may_appeal(self.dispute, self.decision, self.actor, now) is None

    @property
    def no_appeal_because(self) -> str:
        """Why the decision cannot be appealed (any more); empty where it can be."""
        return str(policies.no_appeal(self.dispute, self.decision, timezone.now()) or "")

    def why_not_decide(self, outcome: str = "", *, waits: bool = False) -> str:
        """Why this reader cannot decide (like this) now; empty where they can."""
        refusal = policies.may_decide(
            self.dispute, self.actor, timezone.now(), outcome=outcome, waits=waits
        )
        return str(refusal or "")
