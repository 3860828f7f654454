"""One item of a return, as pages speak of it."""

from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.actors import Role
from orders.models import Case, Reason
from returns.models import Offer, ReceivedUnits, ReturnItem
from returns.policies import rule_in_words
from returns.presenters.disputes import Evidence

if TYPE_CHECKING:
    from returns.presenters.requests import Return

Status = ReturnItem.Status


class Entry:
    """One item of a return, and how it was answered."""

    def __init__(self, row: ReturnItem, shown: "Return"):
        self.row = row
        self.shown = shown
        self.item = row.item
        self.name = row.item.line.name
        self.quantity = row.item.quantity
        self.reason = row.reason
        self.note = row.note
        self.status = row.status
        self.answer = row.decision_note
        self.rejection: Reason | None = row.rejection

    @cached_property
    def offers(self) -> list[Offer]:
        return [offer for offer in self.shown.offers if offer.entry_id == self.row.pk]

    @property
    def offer(self) -> Offer | None:
        """The one that waits for the customer's answer."""
        return next((one for one in self.offers if one.status == Offer.Status.OPEN), None)

    @property
    def past_offers(self) -> list[Offer]:
        return [one for one in self.offers if one.status != Offer.Status.OPEN]

    @cached_property
    def asked_with(self) -> list[Evidence]:
        """What came with the request."""
        return self._given_by(Role.CUSTOMER, Role.OWNER)

    @cached_property
    def answered_with(self) -> list[Evidence]:
        """What the seller gave about it: with the rejection, or at the inspection."""
        return self._given_by(Role.SELLER)

    def _given_by(self, *roles: str) -> list[Evidence]:
        return [
            one
            for one in self.shown.evidence
            if one.entry_id == self.row.pk and one.role in roles and one.message_id is None
        ]

    @property
    def overruled(self) -> bool:
        """Whether the marketplace gave what the seller had rejected; `rejection` and `answer` are
        the seller's words still."""
        return self.rejection is not None and self.status != Status.REJECTED

    @property
    def decision(self) -> str:
        """Which rule decided, or that a dispute did; empty while it waits and where a person
        answered."""
        if self.overruled:
            return _("Decided in a dispute")
        return rule_in_words(self.row.decided_rule) if self.row.decided_rule else ""

    @property
    def decided_by(self) -> str:
        """Who decided: a person's name, or the role. Not for customers."""
        if self.status == Status.WAITING:
            return ""
        if self.row.decided_by:
            return str(self.row.decided_by)
        known = self.row.decided_by_role in Case.Origin.values
        return str(Case.Origin(self.row.decided_by_role).label) if known else ""

    @property
    def decided_by_side(self) -> str:
        """Which side decided, for customers: they read no names. Empty where a rule did."""
        if self.status == Status.WAITING or self.row.decided_rule:
            return ""
        match self.row.decided_by_role:
            case Role.CUSTOMER:
                return _("You")
            case Role.SELLER:
                return self.shown.case.seller.name
            case Role.OWNER:
                return _("The marketplace")
        return ""

    @property
    def expected(self) -> bool:
        """Whether its goods have to come back."""
        return self.status == Status.APPROVED and self.row.goods_back

    @property
    def received(self) -> list[ReceivedUnits]:
        return [one for one in self.shown.received if one.entry_id == self.row.pk]

    @property
    def decided_amount(self) -> int | None:
        """What the marketplace decided in the end, minor units; None: it has not."""
        dispute = self.shown.dispute
        return dispute.amount_of(self.row.pk) if dispute else None
