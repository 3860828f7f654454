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
from orders.models import OrderItem
from packages.operations import (
    deliver_package,
    fail_delivery,
    mark_ready,
    ship_package,
    start_packaging,
)
from refunds.models import RefundAttempt
from refunds.operations import execute_plan, reconcile_attempt, retry_plan
from tests.proofs.provider import WAYS
from tests.proofs.scenes import CARRIER
from tests.property.model import UNSHIPPED, Case, Package, Piece
from tests.property.stage import Stage

NUMBERS = st.integers(0, 99)
CHOICES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=2)
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


def any_package(machine) -> bool:
    return bool(machine.order and machine.order.packages)


class OrderMachine(Stage):
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

    def chosen(self, choices, pieces: list[Piece]) -> dict[Piece, int]:
        """Different pieces out of these, each with some of its units."""
        found = {}
        for which, units in choices:
            piece = pieces[which % len(pieces)]
            found.setdefault(piece, 1 + units % piece.units)
        return found

    def selections(self, wanted: dict[Piece, int], reason: str) -> list[Selection]:
        return [Selection(self.item_ids[piece], n, reason) for piece, n in wanted.items()]

    def seller_of(self, piece: Piece) -> int:
        return self.order.lines[piece.line].seller

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
        wanted = self.chosen(choices, self.order.pieces)
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
        wanted = self.chosen(choices, own)
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

    # -- Packing and sending ------------------------------------------------------------

    @precondition(
        lambda self: self.order and any(one.status in UNSHIPPED for one in self.order.pieces)
    )
    @rule(choices=CHOICES)
    def pack(self, choices):
        wanted = self.chosen(choices, [p for p in self.order.pieces if p.status in UNSHIPPED])
        rows = OrderItem.objects.in_bulk([self.item_ids[piece] for piece in wanted])
        items = [rows[self.item_ids[piece]] for piece in wanted]
        units = {self.item_ids[piece]: count for piece, count in wanted.items()}
        sellers = {self.seller_of(piece) for piece in wanted}
        refusal = ""
        if any(one.case and count < one.units for one, count in wanted.items()):
            refusal = "request_waiting"
        elif len(sellers) > 1 or any(one.status != UNSHIPPED[0] for one in wanted):
            refusal = "not_packable"
        if self.expect(
            refusal,
            lambda: start_packaging(
                order=self.row, items=items, units=units, actor=self.cast.owner
            ),
        ):
            package = Package(pieces=[self.order.take(one, n) for one, n in wanted.items()])
            self.order.packages.append(package)
            self.package_ids[package] = self.answer.pk
            self.moved(package, "preparing")

    def moved(self, package: Package, status: str) -> None:
        package.status = status
        for piece in package.pieces:
            piece.status, piece.package = status, package

    def left(self, package: Package) -> None:
        """It is on its way: what waits for an answer leaves its request."""
        self.moved(package, "shipped")
        for case in self.order.cases:
            if late := [one for one in self.order.waiting(case) if one in package.pieces]:
                self.order.say_no(case, late)

    @precondition(any_package)
    @rule(which=NUMBERS)
    def make_ready(self, which):
        package = self.order.packages[which % len(self.order.packages)]
        refusal = "" if package.status == "preparing" else "invalid_transition"
        row = self.package_of(package)
        if self.expect(refusal, lambda: mark_ready(package=row, actor=self.cast.owner)):
            self.moved(package, "ready_to_ship")

    def asked_about(self, package: Package) -> bool:
        return any(one.case and one.status in UNSHIPPED for one in package.pieces)

    @precondition(any_package)
    @rule(which=NUMBERS, anyway=st.booleans())
    def ship(self, which, anyway):
        package = self.order.packages[which % len(self.order.packages)]
        refusal = ""
        if self.asked_about(package) and not anyway:
            refusal = "cancellation_waiting"
        elif package.status not in ("preparing", "ready_to_ship", "delivery_failed"):
            refusal = "invalid_transition"
        row = self.package_of(package)
        if self.expect(
            refusal, lambda: ship_package(package=row, actor=self.cast.owner, anyway=anyway)
        ):
            self.left(package)

    @precondition(any_package)
    @rule(which=NUMBERS, by_carrier=st.booleans())
    def deliver(self, which, by_carrier):
        package = self.order.packages[which % len(self.order.packages)]
        refusal = ""
        if self.asked_about(package) and not by_carrier:
            refusal = "cancellation_waiting"
        elif package.status in ("cancelled", "delivered"):
            refusal = "invalid_transition"
        actor = CARRIER if by_carrier else self.cast.owner
        row = self.package_of(package)
        if self.expect(refusal, lambda: deliver_package(package=row, actor=actor)):
            self.left(package)
            self.moved(package, "delivered")

    @precondition(any_package)
    @rule(which=NUMBERS)
    def fail_to_deliver(self, which):
        package = self.order.packages[which % len(self.order.packages)]
        refusal = "" if package.status == "shipped" else "invalid_transition"
        row = self.package_of(package)
        if self.expect(refusal, lambda: fail_delivery(package=row, actor=CARRIER)):
            self.moved(package, "delivery_failed")

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
