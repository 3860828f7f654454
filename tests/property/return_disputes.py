"""What the seller rejected: the customer's side, the owner's decision, one appeal."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from returns.operations import DecidedLine, appeal, decide, state_side
from tests.property.choosing import NUMBERS
from tests.property.return_goods import Goods
from tests.property.return_parts import Case

MOSTLY = 85


def any_case(machine) -> bool:
    return bool(machine.order and machine.order.cases)


def any_dispute(machine) -> bool:
    return any_case(machine) and any(case.dispute for case in machine.order.cases)


class Disputes(Goods):
    def one_of(self, which: int, fits=lambda case: True) -> Case:
        """One of the cases; mostly of those that fit, if any does."""
        fitting = [case for case in self.order.cases if fits(case)]
        cases = self.order.cases if which > MOSTLY else fitting or self.order.cases
        return cases[which % len(cases)]

    # -- Disputes -----------------------------------------------------------------------

    @precondition(any_dispute)
    @rule(which=NUMBERS)
    def state(self, which):
        case = self.one_of(which, lambda case: case.dispute)
        if not case.dispute:
            return
        dispute, row = case.dispute, self.dispute_of(case)
        possible = dispute.status in ("open", "deciding") and dispute.turn and not dispute.stated
        if self.expect(
            "" if possible else "not_in_dispute",
            lambda: state_side(row, text="It does not work.", actor=self.cast.customer),
        ):
            dispute.stated, dispute.turn, dispute.status = True, False, "deciding"
            case.clocks = case.clocks - {"return.statement"} | {"return.decision"}

    @precondition(any_dispute)
    @rule(
        which=NUMBERS,
        outcome=st.sampled_from(["full", "partial", "none"]),
        percents=st.lists(st.sampled_from([0, 30, 75, 100]), min_size=4, max_size=4),
        back=st.booleans(),
        pays=st.booleans(),
    )
    def decide(self, which, outcome, percents, back, pays):
        case = self.one_of(which, lambda case: case.dispute and case.dispute.status != "closed")
        if not case.dispute:
            return
        dispute, row = case.dispute, self.dispute_of(case)
        entries = [entry for entry in case.entries if entry in dispute.entries]
        worth = self.order.worth(entries)
        amounts = {
            "full": [None for _entry in entries],
            "none": [0 for _entry in entries],
            "partial": [
                most * percent // 100 for most, percent in zip(worth, percents, strict=False)
            ],
        }[outcome]
        lines = [
            DecidedLine(self.entry_row(case, entry).pk, amount)
            for entry, amount in zip(entries, amounts, strict=True)
            if outcome == "partial"
        ]
        refusal = ""
        early = dispute.turn and not dispute.stated and outcome != "full"
        early = early and dispute.status != "appealed"
        if dispute.status in ("decided", "closed") or case.of("waiting") or early:
            refusal = "not_in_dispute"
        elif outcome == "partial" and not any(amounts):
            refusal = "nothing_chosen"
        if self.expect(
            refusal,
            lambda: decide(
                row,
                outcome=outcome,
                fault="seller",
                shipping_paid_by="customer" if pays else "seller",
                note="We have looked at it.",
                lines=lines,
                goods_back=back,
                actor=self.cast.owner,
            ),
        ):
            self.order.decide(case, outcome, amounts, back=back, pays=pays)

    @precondition(any_dispute)
    @rule(which=NUMBERS)
    def appeal(self, which):
        case = self.one_of(which, lambda case: case.dispute and case.dispute.status == "decided")
        if not case.dispute:
            return
        row, actor = self.dispute_of(case), self.cast.customer
        if self.expect(
            "" if case.dispute.status == "decided" else "no_appeal",
            lambda: appeal(row, text="Look at the photo again.", actor=actor),
        ):
            case.dispute.status = "appealed"
            case.clocks = case.clocks - {"return.appeal"} | {"return.decision"}
