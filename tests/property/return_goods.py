"""Goods on their way back, what was sent instead of them, and what silence does."""

from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed
from orders.models import OrderItem
from returns.models import Dispute, Offer, ReturnItem
from returns.operations import Found, Received, deduct, receive, say_sent
from tests.property.choosing import NUMBERS
from tests.property.return_parts import Case, Entry
from tests.property.return_stage import ReturnStage

CONDITIONS = st.sampled_from(["ok", "ok", "ok", "damaged", "wrong", "missing"])
PAST = timedelta(minutes=1)


def any_parcel(machine) -> bool:
    return bool(machine.order and any(case.parcel for case in machine.order.cases))


class Goods(ReturnStage):
    def __init__(self) -> None:
        super().__init__()
        self.told: dict[Case, int] = {}  # what the customer read before asking

    def parcels(self, *statuses: str) -> list[Case]:
        known = [case for case in self.order.cases if case.parcel]
        return [case for case in known if case.parcel in statuses] or known

    @precondition(any_parcel)
    @rule(which=NUMBERS)
    def send_back(self, which):
        cases = self.parcels("awaited", "sent")
        case = cases[which % len(cases)]
        parcel = self.parcel_of(case)
        if self.expect(
            "" if case.parcel in ("awaited", "sent") else "not_under_way",
            lambda: say_sent(
                parcel,
                actor=self.cast.customer,
                tracking_number="BACK-1",
                other_carrier="Uncle Jo",
            ),
        ):
            case.parcel = "sent"
            case.clocks = case.clocks - {"return.send_goods"} | {"return.confirm_receipt"}

    @precondition(any_parcel)
    @rule(
        which=NUMBERS,
        counts=st.lists(st.tuples(NUMBERS, NUMBERS, CONDITIONS), min_size=1, max_size=3),
        last=st.booleans(),
    )
    def receive(self, which, counts, last):
        cases = self.parcels("awaited", "sent", "partly_received", "never_came")
        case = cases[which % len(cases)]
        coming = [e for e in case.of("approved") if e.goods_back]
        told: list[tuple[Entry, str, int]] = []
        for at, units, condition in counts:
            entry = coming[at % len(coming)]
            left = entry.left - sum(n for one, _condition, n in told if one is entry)
            if left:
                told.append((entry, condition, 1 + units % left))
        if not told:
            return
        parcel = self.parcel_of(case)
        units = [Received(self.entry_row(case, e).pk, how, n) for e, how, n in told]
        receive(parcel, units=units, actor=self.cast.sellers[0], last=last)
        self.order.receive(case, told, last=last)

    @precondition(any_parcel)
    @rule(which=NUMBERS, turn=NUMBERS, percent=st.sampled_from([1, 50, 100, 101]))
    def deduct(self, which, turn, percent):
        cases = self.parcels("received")
        cases = [c for c in cases if any(plan.waits for plan in c.plans)] or cases
        case = cases[which % len(cases)]
        entries = [e for e in case.of("approved") if e.goods_back]
        entry = entries[turn % len(entries)]
        root = entry.piece.paid_units()[0]
        waiting = [plan for plan in case.plans if plan.waits]
        own = [plan for plan in waiting if root in plan.given]
        most = own[-1].given[root][0] if own else 1
        amount = max(most * percent // 100, 1) + (percent > 100)
        refusal = ""
        if case.parcel != "received" or not waiting or not own:
            refusal = "plan_decided"
        elif amount > most:
            refusal = "more_than_left"
        parcel = self.parcel_of(case)
        found = [Found(self.entry_row(case, entry).pk, amount, "It is scratched.")]
        actor = self.cast.sellers[0]
        if self.expect(refusal, lambda: deduct(parcel, deductions=found, actor=actor)):
            self.order.deduct(case, entry, amount)

    @precondition(
        lambda self: self.order and any(p.status == "waiting_packaging" for p in self.order.pieces)
    )
    @rule(which=NUMBERS)
    def send_anew(self, which):
        """What replaces something reaches the customer; it can be returned like anything else."""
        waiting = [p for p in self.order.pieces if p.status == "waiting_packaging"]
        piece = waiting[which % len(waiting)]
        self._send(list(OrderItem.objects.filter(pk=self.item_ids[piece])))
        piece.status = "delivered"

    # -- Silence ------------------------------------------------------------------------

    @staticmethod
    def let_pass(clock: Deadline) -> None:
        """The step's time is over, also as the rows copy it; and beat comes once."""
        now = timezone.now() - PAST
        times = {"started_at": now, "due_at": now, "next_attempt_at": now}
        Deadline.objects.filter(pk=clock.pk).update(**times)
        if clock.subject_type == Offer.EVENT:
            Offer.objects.filter(pk=clock.subject_id).update(due_at=now)
        if clock.subject_type == Dispute.EVENT:
            column = {"return.statement": "statement_by", "return.appeal": "appeal_by"}
            if clock.step in column:
                Dispute.objects.filter(pk=clock.subject_id).update(**{column[clock.step]: now})
        assert handle_passed() == 1

    def after_silence(self, case: Case, step: str, clock: Deadline) -> None:
        """What it comes to in the model."""
        case.clocks -= {step}
        match step:
            case "return.answer" | "return.escalated":
                self._nobody_answered(case, step)
            case "return.offer":
                entry_row = Offer.objects.get(pk=clock.subject_id).entry_id
                item = ReturnItem.objects.get(pk=entry_row).item_id
                [entry] = [e for e in case.entries if self.item_ids[e.piece] == item]
                self.order.end_offers(entry, "lapsed")
                case.mind_clock()
            case "return.send_goods":
                self.order.never_sent(case)
            case "return.confirm_receipt":
                self.order.confirm_by_silence(case)
            case "return.statement":
                case.dispute.turn, case.dispute.status = False, "deciding"
                case.clocks.add("return.decision")
            case "return.appeal":
                case.dispute.status = "closed"
            case _:
                assert step == "return.decision", "it is only told that nobody has decided"

    def _nobody_answered(self, case: Case, step: str) -> None:
        limit, waiting = self.order.terms.silence_limit, case.of("waiting")
        above = limit is not None and sum(self.order.worth(waiting)) > limit
        if step == "return.answer" and above:
            case.held = True
            case.clocks.add("return.escalated")
        else:
            self.order.say_yes(case, waiting)
