"""What pages and endpoints say about a return. Nothing here writes or decides.

Everything starts from `return_cases(actor)`.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from core.actors import Actor, Role
from finance.credit import store_credit_of
from orders.models import Case, Payment
from orders.presenters import method_words
from refunds.models import RefundPlan
from returns.models import Offer, ReceivedUnits, ReturnItem, ReturnParcel, ReturnRequest
from returns.policies import ESCALATED, allowed_actions, rule_in_words
from returns.presenters.disputes import DisputeView, Evidence, Said
from returns.presenters.entries import Entry
from returns.presenters.figures import SumRow, sum_rows
from sellers.tracking import tracking_link

Status = ReturnItem.Status


class Return:
    """A return as one reader may see it. Amounts are minor units of `currency`."""

    def __init__(self, case: Case, actor: Actor):
        self.case = case
        self.request = case.return_request
        # The case is in memory already; without this the policies would read it again.
        self.request.case = case
        self.actor = actor
        self.order = case.order
        self.currency = case.order.currency
        self.for_owner = actor.role is Role.OWNER
        self.for_customer = actor.role is Role.CUSTOMER

    # -- What is asked, and the answers --

    @cached_property
    def entries(self) -> list[Entry]:
        return [Entry(row, self) for row in self.request.items.all()]

    @property
    def units(self) -> int:
        return sum(entry.quantity for entry in self.entries)

    @cached_property
    def offers(self) -> list[Offer]:
        return list(self.case.offers.all())

    @property
    def open_offers(self) -> list[tuple[Entry, Offer]]:
        return [(entry, entry.offer) for entry in self.entries if entry.offer]

    def having(self, *statuses: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.status in statuses]

    @property
    def rejected(self) -> list[Entry]:
        return self.having(Status.REJECTED)

    def may(self, action: str) -> bool:
        """Whether this reader may approve, reject, offer or withdraw now."""
        return action in allowed_actions(self.request, self.actor)

    @property
    def may_withdraw(self) -> bool:
        return self.may("withdraw")

    @property
    def may_answer(self) -> bool:
        return self.may("approve")

    @property
    def silence(self) -> str:
        """What happens without an answer (approve, escalate); empty: nobody is asked."""
        return self.case.at_expiry or ""

    @property
    def answered_by(self) -> str:
        """Who answers while it waits for a person."""
        return _("The marketplace") if self.request.held_by else self.case.seller.name

    @property
    def held_by(self) -> str:
        return rule_in_words(self.request.held_by) if self.request.held_by else ""

    @property
    def is_escalated(self) -> bool:
        return self.request.held_by == ESCALATED

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        status = Case.Status
        waits = self.case.status in (status.WAITING, status.APPROVED)
        return not waits and not (self.dispute and not self.dispute.is_closed)

    @property
    def refresh_seconds(self) -> int | None:
        return None if self.is_over else 20

    # -- Money --

    @cached_property
    def plans(self) -> list[RefundPlan]:
        """The live ones, in the order of their rounds."""
        plans = self.case.refund_plans.all()
        return [plan for plan in plans if plan.status != RefundPlan.Status.VOID]

    @property
    def plan(self) -> RefundPlan | None:
        """The newest live plan."""
        return self.plans[-1] if self.plans else None

    @property
    def amount(self) -> int:
        """What is paid back; what was told before it is answered."""
        if self.case.status == Case.Status.WAITING:
            return self.request.estimate
        return sum(plan.total for plan in self.plans)

    @cached_property
    def arithmetic(self) -> list[tuple[RefundPlan, list[SumRow]]]:
        """Each live plan with its rows."""
        return [(plan, _rows_of(plan)) for plan in self.plans]

    @property
    def differs_from_estimate(self) -> bool:
        """Whether something else is paid than was told before it was asked for."""
        return bool(self.plans) and self.amount != self.request.estimate

    @property
    def parts(self) -> list[tuple[str, int]]:
        """(how, minor units) for each way the money takes; a seller is not told."""
        if self.actor.role is Role.SELLER:
            return []
        found: dict[Payment, int] = {}
        stays: dict[str, int] = {}
        for plan in self.plans:
            for part in plan.parts.all():
                if plan.pay_to == RefundPlan.PayTo.STORE_CREDIT:
                    words = str(RefundPlan.PayTo.STORE_CREDIT.label)
                    stays[words] = stays.get(words, 0) + part.amount
                else:
                    found[part.payment] = found.get(part.payment, 0) + part.amount
        paid = sorted(found.items(), key=lambda one: one[0].position)
        ways = [(str(method_words(payment.method)), amount) for payment, amount in paid]
        return [*ways, *stays.items()]

    @property
    def is_paid(self) -> bool:
        completed = RefundPlan.Status.COMPLETED
        return bool(self.plans) and all(plan.status == completed for plan in self.plans)

    @cached_property
    def credit_left(self) -> int:
        """The store credit that the customer has now (minor units), where the money went there; a
        seller is not told."""
        to_credit = self.request.pay_to == RefundPlan.PayTo.STORE_CREDIT
        if not to_credit or not self.is_paid or self.actor.role is Role.SELLER:
            return 0
        return store_credit_of(self.order.customer_id).get(self.currency, 0)

    @property
    def paid_at(self) -> datetime | None:
        moments = [plan.completed_at for plan in self.plans if plan.completed_at]
        return max(moments, default=None)

    # -- Goods --

    @cached_property
    def parcel(self) -> ReturnParcel | None:
        return getattr(self.case, "return_parcel", None)

    @cached_property
    def received(self) -> list[ReceivedUnits]:
        return list(self.parcel.received.all()) if self.parcel else []

    @property
    def waits_for_goods(self) -> bool:
        return self.parcel is not None and self.parcel.status in (
            ReturnParcel.Status.AWAITED,
            ReturnParcel.Status.SENT,
            ReturnParcel.Status.PARTLY_RECEIVED,
        )

    @property
    def parcel_code(self) -> str:
        """Where the goods are, as badges call it: a mail is "sent", too."""
        status = self.parcel.status if self.parcel else ""
        return "sent_back" if status == ReturnParcel.Status.SENT else status

    @property
    def paid_without_goods(self) -> bool:
        """Money left, and what should have come back did not."""
        came = self.parcel is None or self.parcel.status == ReturnParcel.Status.RECEIVED
        return self.is_paid and bool(self.amount) and not came

    @property
    def taken_for_nothing(self) -> bool:
        """The goods came back, and nothing was given for them."""
        received = self.parcel is not None and self.parcel.status == ReturnParcel.Status.RECEIVED
        wished_money = self.request.wish == ReturnRequest.Wish.REFUND
        return received and wished_money and not self.amount

    @property
    def goods_settled(self) -> bool:
        """Whether the goods are here and nothing about them is left to decide."""
        received = self.parcel is not None and self.parcel.status == ReturnParcel.Status.RECEIVED
        return received and (self.is_paid or self.is_over)

    @property
    def shows_goods(self) -> bool:
        """Whether where the goods are has to be said besides the answer: of a completed return
        only where money and goods did not go together."""
        over = self.case.status == Case.Status.COMPLETED
        return self.parcel is not None and (
            not over or self.paid_without_goods or self.taken_for_nothing
        )

    @property
    def to_send(self) -> bool:
        return self.parcel is not None and self.parcel.status == ReturnParcel.Status.AWAITED

    @property
    def goods_expected(self) -> bool:
        """Whether anything of it comes back, or would if it is approved."""
        waiting = (Status.WAITING, Status.APPROVED)
        return self.parcel is not None or any(
            entry.row.goods_back for entry in self.entries if entry.status in waiting
        )

    @property
    def tracking_url(self) -> str:
        """Where the goods can be followed, or nothing."""
        parcel = self.parcel
        if parcel is None or not parcel.tracking_number or parcel.delivery_option is None:
            return ""
        return tracking_link(parcel.delivery_option.tracking_url, parcel.tracking_number)

    # -- What was said, and the dispute --

    @cached_property
    def evidence(self) -> list[Evidence]:
        return [Evidence.of(row) for row in self.case.evidence.all()]

    @cached_property
    def messages(self) -> list[Said]:
        rows = self.case.return_messages.all()
        return [Said.of(row, self.case, self.actor, self.evidence) for row in rows]

    @cached_property
    def dispute(self) -> DisputeView | None:
        found = getattr(self.case, "dispute", None)
        return DisputeView(found, self.actor) if found else None


def _rows_of(plan: RefundPlan) -> list[SumRow]:
    lines = [line for line in plan.lines.all() if line.dropped_at is None]
    return sum_rows(lines, {line.item_id: line.item.line.name for line in lines})


def present(cases: Iterable[Case], actor: Actor) -> list[Return]:
    """The cases, newest first, as this reader may see them."""
    newest = sorted(cases, key=lambda case: -case.pk)
    return [Return(case, actor) for case in newest]
