"""Requests: cancellations and returns of a past, cancellations of these days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cancellations.models import CancellationItem
from cancellations.operations.deciding import ANSWER_STEP
from cancellations.operations.history import RULE
from cancellations.policies import verdict_of
from core.accounts.models import MemberRank
from core.actors import IMPORTER, SYSTEM, Actor, Rank, Role
from core.deadlines.calendar import due_at
from core.deadlines.defaults import DEFAULTS
from core.deadlines.models import Deadline
from marketplace.seed import payback
from marketplace.seed.buying import OrderRows, PartRows
from marketplace.seed.cases import case_of, origin_of, request_of
from marketplace.seed.parcels import Parcel, call_off
from marketplace.seed.sheets import Sheets
from orders.models import Case, OrderItem, OrderStatus
from orders.operations.history import CASE_STEPS, KIND_OF

SECOND = timedelta(seconds=1)
CUSTOMER = Actor(Role.CUSTOMER)
Answer = CancellationItem.Status


# -- An imported past ------------------------------------------------------------------------


def ended(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    items: Sequence[OrderItem],
    status: str,
    at: datetime,
    random: Random,
    parcel: Parcel | None = None,
) -> None:
    """These items were cancelled or returned elsewhere, answered and paid back there."""
    kind = KIND_OF[OrderStatus(status)]
    origin = origin_of(random) if kind == Case.Kind.CANCEL else Case.Origin.CUSTOMER
    case = case_of(sheets, rows, part, kind, origin, opened_at=None)
    for item in items:
        sheets.move(item, status, IMPORTER, at, quantity=item.quantity, case=case.number)
    units = sum(item.quantity for item in items)
    for step in CASE_STEPS:
        if step == case.status:
            facts = {"items": [item.pk for item in items], "units": units}
            sheets.begin(case, IMPORTER, None, inferred=True, kind=kind, **facts)
        else:
            completed = step == Case.Status.COMPLETED
            known_at = at if completed else None
            sheets.move(case, step, IMPORTER, known_at, inferred=not completed, kind=kind)
    case.decided_at = case.closed_at = at
    if parcel and kind == Case.Kind.CANCEL:
        call_off(sheets, parcel, IMPORTER, at)
    if kind == Case.Kind.CANCEL:
        request = request_of(sheets, case, items, random)
        request.details.evaluated_at = at
        for entry in request.entries:
            entry.status, entry.decided_at = Answer.APPROVED, at
            entry.decided_by_role, entry.decided_rule = origin.value, RULE
    payback.was_paid(sheets, rows, case, items, at)


# -- These days ------------------------------------------------------------------------------


class Cancelling:
    """One cancellation in the marketplace itself, told as its operations tell it."""

    def __init__(
        self, sheets: Sheets, rows: OrderRows, part: PartRows, random: Random, parcel: Parcel | None
    ):
        self.sheets, self.rows, self.part = sheets, rows, part
        self.random, self.parcel = random, parcel
        self.seller_id = part.seller_order.seller_id
        self.answerer = sheets.cast.member_of(self.seller_id, MemberRank.ADMIN)

    def made(self, items: Sequence[OrderItem], at: datetime) -> None:
        """Asked for, or rejected by the seller, at this moment; answered by now where it could."""
        origin = origin_of(self.random)
        if origin == Case.Origin.SELLER:
            self._ask(items, origin, self.answerer, at, "cancellation.made")
            self.request.details.evaluated_at = at
            self._approve(self.answerer, at, rule="")
            return
        asker = CUSTOMER
        if origin == Case.Origin.OWNER:
            asker = Actor(Role.OWNER, user_id=self.sheets.cast.owner_id, rank=Rank.ADMIN)
        self._ask(items, origin, asker, at, "cancellation.requested")
        verdict = self.verdict(items, at)
        if verdict.approved:
            self.request.details.evaluated_at = at + SECOND
            self._approve(SYSTEM, at + SECOND, rule=verdict.rule)
            return
        deadline = self._hold(verdict.rule, at + SECOND)
        answered_at = at + timedelta(minutes=self.random.randint(40, 1500))
        if answered_at < self.sheets.shape.now - timedelta(minutes=1):
            self._answer(deadline, answered_at)

    def waits(self, items: Sequence[OrderItem], at: datetime) -> None:
        """Asked for by the customer and not answered yet; the policy must hold it up."""
        self._ask(items, Case.Origin.CUSTOMER, CUSTOMER, at, "cancellation.requested")
        self._hold(self.verdict(items, at).rule, at + SECOND)

    def verdict(self, items: Sequence[OrderItem], at: datetime):
        amount = sum(item.captured_product + item.captured_shipping for item in items)
        statuses = [item.status for item in items]
        policy = self.sheets.cast.policy
        return verdict_of(policy, self.rows.order, statuses, amount=amount, now=at)

    def _ask(
        self, items: Sequence[OrderItem], origin: str, actor: Actor, at: datetime, event: str
    ) -> None:
        sheets = self.sheets
        case = case_of(sheets, self.rows, self.part, Case.Kind.CANCEL, origin, opened_at=at)
        units = sum(item.quantity for item in items)
        ids = [item.pk for item in items]
        sheets.begin(case, actor, at, kind=case.kind, items=ids, units=units)
        self.plan, self.parts, self.commission = payback.plan(sheets, self.rows, case, items, actor)
        facts = {"type": self.plan.type, "total": self.plan.total, "currency": self.plan.currency}
        sheets.begin(self.plan, actor, at, **facts)
        self.request = request_of(sheets, case, items, self.random)
        for item in items:
            item.open_case = case
        sheets.tell(case, event, actor, at, **self.request.facts)

    def _hold(self, rule: str, at: datetime) -> Deadline:
        request, case = self.request, self.request.case
        deadline = self.sheets.add(self._deadline(case, at))
        request.details.evaluated_at, request.details.held_by = at, rule
        case.due_at = deadline.due_at
        due = deadline.due_at.isoformat()
        self.sheets.tell(case, "cancellation.held", SYSTEM, at, rule=rule, due_at=due)
        return deadline

    def _deadline(self, case: Case, at: datetime) -> Deadline:
        """As `arm` makes it; reminders that were due by now were sent."""
        terms = DEFAULTS[ANSWER_STEP]
        zone = self.sheets.cast.catalogue.sellers[self.seller_id - 1].time_zone
        due = due_at(terms, at, ZoneInfo(zone))
        moments = sorted(due - timedelta(minutes=minutes) for minutes in terms.reminders_before)
        left = [moment for moment in moments if moment > self.sheets.shape.now]
        return Deadline(
            step=ANSWER_STEP,
            subject_type=case.EVENT,
            subject_id=case.pk,
            order_id=case.order_id,
            seller_id=case.seller_id,
            started_at=at,
            due_at=due,
            time_zone=zone,
            action=terms.on_expiry,
            created_at=at,
            updated_at=at,
            reminders_at=left,
            next_reminder_at=left[0] if left else None,
            reminders_sent=len(moments) - len(left),
            next_attempt_at=due,
        )

    def _answer(self, deadline: Deadline, at: datetime) -> None:
        """The seller says yes, or no where the parcel is not long over."""
        recently = at > self.sheets.shape.now - timedelta(days=3)
        if recently and self.random.random() < 0.3:
            self._reject(at)
        else:
            self._approve(self.answerer, at, rule="")
        deadline.handled_at = deadline.updated_at = at
        deadline.outcome = self.request.entries[0].status

    def _approve(self, actor: Actor, at: datetime, *, rule: str) -> None:
        sheets, request, case = self.sheets, self.request, self.request.case
        for item in request.items:
            item.open_case = None
            sheets.move(
                item,
                OrderItem.Status.CANCELLED,
                actor,
                at,
                quantity=item.quantity,
                case=case.number,
            )
        if self.parcel:
            call_off(sheets, self.parcel, actor, at)
        for item in request.items:
            sheets.tell(
                item,
                "item.restocked",
                actor,
                at,
                quantity=item.quantity,
                sku=item.line.sku,
            )
        self._decide(Answer.APPROVED, actor, at, rule=rule)
        payback.approve(sheets, self.plan, actor, at)
        sheets.move(case, Case.Status.APPROVED, actor, at, kind=case.kind, rule=rule)
        facts: dict[str, Any] = {key: request.facts[key] for key in ("items", "units")}
        sheets.tell(case, "cancellation.approved", actor, at, rule=rule, **facts)
        case.decided_at, case.due_at = at, None
        sent_at = at + SECOND
        if payback.pay(
            sheets,
            self.rows,
            self.plan,
            self.parts,
            self.commission,
            request.items,
            sent_at,
            self.random,
        ):
            closed_at = self.plan.updated_at + SECOND
            case.closed_at = closed_at
            sheets.move(case, Case.Status.COMPLETED, SYSTEM, closed_at, kind=case.kind)

    def _reject(self, at: datetime) -> None:
        sheets, request, case = self.sheets, self.request, self.request.case
        actor = self.answerer
        for item in request.items:
            item.open_case = None
        self._decide(Answer.REJECTED, actor, at, note="It is packed and leaves today.")
        sheets.move(self.plan, payback.Status.VOID, actor, at)
        facts = {key: request.facts[key] for key in ("items", "units")}
        sheets.tell(case, "cancellation.items_rejected", actor, at, **facts)
        sheets.move(case, Case.Status.REJECTED, actor, at, kind=case.kind, rule="")
        case.decided_at = case.closed_at = at
        case.due_at = None

    def _decide(
        self, status: str, actor: Actor, at: datetime, *, rule: str = "", note: str = ""
    ) -> None:
        self.request.details.held_by = ""
        for entry in self.request.entries:
            entry.status, entry.decided_at = status, at
            entry.decided_by_role = actor.role.value
            entry.decided_by_id = None if rule else actor.user_id
            entry.decided_rule, entry.decision_note = rule, note
