"""Everything that can be done with one order, in any order, against the model."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from cancellations.operations import (
    Selection,
    approve_items,
    complete_cancellation,
    evaluate_cancellation,
    overrule,
    reject_items,
    reject_request_items,
    request_cancellation,
    withdraw_cancellation,
)
from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed
from orders.models import Case as CaseRow
from refunds.models import RefundAttempt
from refunds.operations import execute_plan, reconcile_attempt, retry_plan
from tests.proofs.provider import WAYS
from tests.property.choosing import CHOICES, NUMBERS, chosen
from tests.property.model import UNSHIPPED, Case, Piece
from tests.property.parcels import Parcels

LINES = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(1, 4),
        st.integers(1, 700),
        st.integers(0, 99),
        st.sampled_from([0, 0, 33]),
    ),
    min_size=1,
    max_size=3,
)
LONG_AGO = 2020


def any_case(machine) -> bool:
    return bool(machine.order and machine.order.cases)


def with_plan(machine, *statuses) -> list[Case]:
    """Cases whose plan stands there: what money is about."""
    cases = machine.order.cases if machine.order else []
    return [case for case in cases if case.plan.status in statuses]


PAYABLE = ("approved", "failed", "processing")
UNDER_WAY = ("failed", "processing", "completed")


class OrderMachine(Parcels):
    @initialize(
        lines=LINES,
        voucher=st.sampled_from([0, 0, 250]),
        missing=st.sampled_from([0, 0, 40, -25]),
        narrow=st.booleans(),
    )
    def place(self, lines, voucher, missing, narrow):
        self.put_on(lines, voucher, missing, narrow)

    @invariant()
    def agrees_with_the_model(self):
        if self.order:
            self.compare()

    # -- Choosing -----------------------------------------------------------------------

    def selections(self, wanted: dict[Piece, int], reason: str) -> list[Selection]:
        return [Selection(self.item_ids[piece], n, reason) for piece, n in wanted.items()]

    def by_seller(self, pieces: list[Piece]) -> list[list[Piece]]:
        """In the order of the seller orders: as the lines first name them."""
        sellers = dict.fromkeys(line.seller for line in self.order.lines)
        groups = [[one for one in pieces if self.seller_of(one) == seller] for seller in sellers]
        return [group for group in groups if group]

    @staticmethod
    def problems(wanted: dict[Piece, int], statuses=UNSHIPPED) -> str:
        wrong = [one for one in wanted if one.status not in statuses or one.case]
        return ("", "not_cancellable", "invalid")[min(len(wrong), 2)]

    def open_cases(self, origin: str, wanted: dict[Piece, int], requests) -> list[Case]:
        taken = [self.order.take(piece, units) for piece, units in wanted.items()]
        cases = []
        for group, request in zip(self.by_seller(taken), requests, strict=True):
            case = self.order.open(origin, group)
            self.case_ids[case] = request.case_id
            cases.append(case)
        return cases

    # -- Asking and answering -----------------------------------------------------------

    @rule(choices=CHOICES, by_owner=st.booleans())
    def cancel(self, choices, by_owner):
        wanted = chosen(choices, self.order.pieces)
        actor = self.cast.owner if by_owner else self.cast.customer
        selections = self.selections(wanted, "changed_mind")
        if self.expect(
            self.problems(wanted),
            lambda: request_cancellation(order=self.row, selections=selections, actor=actor),
        ):
            self.open_cases("owner" if by_owner else "customer", wanted, self.answer)

    @rule(choices=CHOICES, by_owner=st.booleans())
    def reject(self, choices, by_owner):
        seller = self.seller_of(self.order.pieces[choices[0][0] % len(self.order.pieces)])
        own = [one for one in self.order.pieces if by_owner or self.seller_of(one) == seller]
        wanted = chosen(choices, own)
        actor = self.cast.owner if by_owner else self.cast.sellers[seller]
        statuses = UNSHIPPED[:1] if by_owner else UNSHIPPED
        selections = self.selections(wanted, "out_of_stock")
        if self.expect(
            self.problems(wanted, statuses),
            lambda: reject_items(order=self.row, selections=selections, actor=actor),
        ):
            for case in self.open_cases("seller", wanted, self.answer):
                case.evaluated = True
                self.order.say_yes(case, list(case.answers))

    @precondition(any_case)
    @rule(which=NUMBERS)
    def evaluate(self, which):
        case = self.order.cases[which % len(self.order.cases)]
        evaluate_cancellation(request_id=self.request_of(case).pk)
        if case.status != "waiting" or case.evaluated:
            return
        waiting = self.order.waiting(case)
        case.evaluated = True
        if self.narrow and any(piece.status != UNSHIPPED[0] for piece in waiting):
            case.held = True
        else:
            self.order.say_yes(case, waiting)

    @precondition(any_case)
    @rule(which=NUMBERS, mask=NUMBERS, by_owner=st.booleans(), yes=st.booleans())
    def answer_request(self, which, mask, by_owner, yes):
        case = self.order.cases[which % len(self.order.cases)]
        seller = self.cast.sellers[self.seller_of(next(iter(case.answers)))]
        actor = self.cast.owner if by_owner else seller
        waiting = self.order.waiting(case)
        pieces = [one for at, one in enumerate(waiting) if mask >> at & 1] or waiting
        ids = [self.item_ids[piece] for piece in pieces] or None
        open_to = by_owner or (case.evaluated and not case.escalated)
        refusal = "" if case.status == "waiting" and open_to else "not_decidable"
        request = self.request_of(case)
        if yes and self.expect(refusal, lambda: approve_items(request, ids, actor=actor)):
            self.order.say_yes(case, pieces)
        elif not yes and self.expect(
            refusal,
            lambda: reject_request_items(request, ids, actor=actor, reason_note="It is packed."),
        ):
            self.order.say_no(case, pieces)

    @precondition(any_case)
    @rule(which=NUMBERS)
    def withdraw(self, which):
        case = self.order.cases[which % len(self.order.cases)]
        actor = self.cast.customer if case.origin == "customer" else self.cast.owner
        refusal = "" if case.status == "waiting" else "not_decidable"
        request = self.request_of(case)
        if self.expect(refusal, lambda: withdraw_cancellation(request, actor=actor)):
            self.order.say_no(case, self.order.waiting(case), "withdrawn")

    @precondition(lambda self: any_case(self) and any(c.held for c in self.order.cases))
    @rule(which=NUMBERS, action=st.sampled_from(["approve", "reject", "escalate"]))
    def silence(self, which, action):
        held = [case for case in self.order.cases if case.held]
        case = held[which % len(held)]
        clock = Deadline.objects.open().of(CaseRow(pk=self.case_ids[case]))
        past = self.row.placed_at.replace(year=LONG_AGO, day=1)
        times = {"started_at": past, "due_at": past, "next_attempt_at": past}
        assert clock.update(action=action, **times) == 1
        assert handle_passed() == 1
        if action == "escalate" and not case.escalated:
            case.escalated = True
        elif action == "reject":
            self.order.say_no(case, self.order.waiting(case))
        else:
            self.order.say_yes(case, self.order.waiting(case))

    @precondition(any_case)
    @rule(which=NUMBERS)
    def overrule(self, which):
        case = self.order.cases[which % len(self.order.cases)]
        pieces = [piece for piece, said in case.answers.items() if said == "rejected"]
        refusal = "not_decidable"
        if case.status == "rejected":
            refusal = self.problems(dict.fromkeys(pieces, 1))
        request, to = self.request_of(case), CaseRow.Status.APPROVED
        if self.expect(
            refusal, lambda: overrule(request, actor=self.cast.owner, to=to, note="They are right.")
        ):
            self.order.overrule(case, pieces)

    # -- Paying -------------------------------------------------------------------------

    @precondition(lambda self: with_plan(self, *PAYABLE))
    @rule(which=NUMBERS, ways=st.tuples(st.sampled_from(WAYS), st.sampled_from(WAYS)))
    def execute(self, which, ways):
        cases = with_plan(self, *PAYABLE)
        case = cases[which % len(cases)]
        self.provider.plan(*ways)
        execute_plan(plan_id=self.plan_of(case).pk)
        self.order.execute(case.plan, list(ways))

    @precondition(lambda self: with_plan(self, "processing"))
    @rule(which=NUMBERS, answers=st.booleans(), way=st.sampled_from(WAYS))
    def reconcile(self, which, answers, way):
        open_parts = [
            (case, part)
            for case in self.order.cases
            for part in case.plan.parts
            if part.state == "undecided"
        ]
        case, part = open_parts[which % len(open_parts)]
        attempts = RefundAttempt.objects.undecided().filter(part__plan=self.plan_of(case))
        attempt = attempts.get(part__payment__position=part.payment + 1)
        attempts.filter(pk=attempt.pk).update(next_check_at=self.row.placed_at)
        self.provider.plan(way)
        self.provider.answers = answers
        reconcile_attempt(attempt_id=attempt.pk)
        self.order.reconcile(case.plan, part, answers=answers, way=way)

    @precondition(lambda self: with_plan(self, *UNDER_WAY))
    @rule(which=NUMBERS)
    def retry(self, which):
        cases = with_plan(self, *UNDER_WAY)
        case = cases[which % len(cases)]
        again = case.plan.status == "failed" and not case.plan.payable
        plan = self.plan_of(case)
        if self.expect(
            "" if again else "not_retryable", lambda: retry_plan(plan, actor=self.cast.owner)
        ):
            case.plan.payable = True

    @precondition(lambda self: with_plan(self, "completed"))
    @rule()
    def complete(self):
        for case in with_plan(self, "completed"):
            complete_cancellation(self.case_ids[case])
            case.status = "completed"
