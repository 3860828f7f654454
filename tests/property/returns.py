"""Everything that returns of one delivered order can come to, in any order, against the model."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from refunds.models import RefundAttempt
from refunds.operations import execute_plan, reconcile_attempt, retry_plan
from returns.models import Offer
from returns.operations import (
    ReturnSelection,
    accept_offer,
    approve_items,
    complete_return,
    decline_offer,
    estimate_return,
    make_offer,
    reject_items,
    request_return,
    withdraw_offer,
    withdraw_return,
)
from tests.proofs.provider import WAYS
from tests.property.choosing import CHOICES, NUMBERS, chosen
from tests.property.return_disputes import Disputes, any_case
from tests.property.return_parts import Case, Entry, Plan, Terms

LINES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 900),
        st.sampled_from([0, 50, 99]),
        st.sampled_from([0, 0, 33]),
    ),
    min_size=1,
    max_size=2,
)
TERMS = st.builds(
    Terms,
    at_once=st.sampled_from([False, False, True]),
    keep_up_to=st.sampled_from([None, None, 400]),
    restocking_percent=st.sampled_from([0, 10]),
    fee=st.sampled_from([0, 120]),
    silence_limit=st.sampled_from([None, 500]),
)
WISHES = st.sampled_from(["refund", "refund", "refund", "exchange", "missing_part"])
CUSTOMERS_FAULT, SELLERS_FAULT = "does_not_fit", "not_as_described"
ANSWERS = st.sampled_from(["accepted", "declined", "withdrawn"])


def _ruled(outcome: str, *percents: int, back: bool = False) -> list[tuple[str, dict]]:
    """Rejected, told, and decided like this."""
    given = {"which": 0, "outcome": outcome, "percents": [*percents, 0, 0], "back": back}
    return [_REJECTED, ("state", {"which": 0}), ("decide", given | {"pays": True})]


_APPROVED = ("approve", {"which": 0, "mask": 0, "by_owner": False})
_REJECTED = ("reject", {"which": 0, "mask": 0, "by_owner": False})
_ONE_REJECTED = ("reject", {"which": 0, "mask": 1, "by_owner": False})
_OFFERED = ("offer", {"which": 0, "mask": 0, "percent": 40, "by_owner": False})
_SENT = ("send_back", {"which": 0})
OPENINGS = st.sampled_from(
    [
        [],
        [_OFFERED],
        [_OFFERED, ("answer_offer", {"which": 0, "turn": 0, "answer": "accepted"})],
        [_APPROVED],
        [_APPROVED, _SENT],
        [_APPROVED, _SENT],
        [_ONE_REJECTED],
        [_ONE_REJECTED, ("state", {"which": 0})],
        _ruled("none"),
        _ruled("partial", 50, 100),
        _ruled("partial", 50, 30, back=True),
        [*_ruled("partial", 50, 30), ("appeal", {"which": 0})],
        [*_ruled("none"), ("appeal", {"which": 0})],
        _ruled("full", back=True),
    ]
)


def waiting_case(machine) -> bool:
    return any_case(machine) and any(case.of("waiting") for case in machine.order.cases)


def offered(machine) -> bool:
    return any_case(machine) and any(e.offers for case in machine.order.cases for e in case.entries)


def with_plan(machine, *statuses) -> list[tuple[Case, Plan]]:
    cases = machine.order.cases if machine.order else []
    return [(case, plan) for case in cases for plan in case.plans if plan.status in statuses]


class ReturnMachine(Disputes):
    @initialize(
        lines=LINES,
        voucher=st.sampled_from([0, 0, 250]),
        terms=TERMS,
        wish=WISHES,
        credit=st.booleans(),
        customers=st.booleans(),
        opening=OPENINGS,
    )
    def place(self, lines, voucher, terms, wish, credit, customers, opening):
        """All of it is asked for, and has gone some way already: what comes late is tried, too."""
        self.put_on_delivered(lines, voucher, terms)
        self.compare()  # which learns the items
        everything = [(at, 98) for at in range(len(lines))]
        self.ask(everything, wish, credit, customers, by_owner=False)
        for name, given in opening:
            self.compare()
            if name != "send_back" or self.order.cases[0].parcel:
                getattr(self, name)(**given)

    @invariant()
    def agrees_with_the_model(self):
        if self.order:
            self.compare()

    # -- Choosing -----------------------------------------------------------------------

    def some(self, case: Case, mask: int) -> tuple[list[Entry], list[int]]:
        """Some of what waits in a case, and its items' ids."""
        waiting = case.of("waiting")
        entries = [one for at, one in enumerate(waiting) if mask >> at & 1] or waiting
        return entries, [self.item_ids[entry.piece] for entry in entries]

    def answerer(self, by_owner: bool):
        return self.cast.owner if by_owner else self.cast.sellers[0]

    @staticmethod
    def not_open(case: Case, by_owner: bool) -> str:
        open_to = case.status == "waiting" and (by_owner or not case.held)
        return "" if open_to else "not_decidable"

    # -- Asking and answering -----------------------------------------------------------

    @rule(
        choices=CHOICES,
        wish=WISHES,
        credit=st.booleans(),
        customers=st.booleans(),
        by_owner=st.sampled_from([False, False, True]),
    )
    def ask(self, choices, wish, credit, customers, by_owner):
        wanted = chosen(choices, self.order.pieces)
        wrong = sum(self.order.refuses(piece, units) for piece, units in wanted.items())
        refusal = ("", "not_returnable", "invalid")[min(wrong, 2)]
        actor = self.cast.owner if by_owner else self.cast.customer
        reason = CUSTOMERS_FAULT if customers else SELLERS_FAULT
        selections = [ReturnSelection(self.item_ids[p], n, reason) for p, n in wanted.items()]
        wishes = {"wish": wish, "pay_to": "store_credit" if credit else "original"}
        if not refusal:
            told = estimate_return(self.row, selections, actor, **wishes)
        if self.expect(
            refusal,
            lambda: request_return(order=self.row, selections=selections, actor=actor, **wishes),
        ):
            taken = [self.order.take(piece, units) for piece, units in wanted.items()]
            by = "owner" if by_owner else "customer"
            case = self.order.ask(taken, wish, credit, customers, by)
            [request] = self.answer
            self.case_ids[case] = request.case_id
            assert told.total == request.estimate, "what was told is what stands"
            self.told[case] = told.total

    @precondition(waiting_case)
    @rule(which=NUMBERS, really=st.sampled_from([False, False, True]))
    def withdraw(self, which, really):
        if not really:
            return
        case = self.one_of(which, lambda case: case.of("waiting"))
        actor = self.cast.customer if case.origin == "customer" else self.cast.owner
        refusal = "" if case.status == "waiting" else "not_decidable"
        request = self.request_of(case)
        if self.expect(refusal, lambda: withdraw_return(request, actor=actor)):
            self.order.withdraw(case)

    @precondition(waiting_case)
    @rule(which=NUMBERS, mask=NUMBERS, by_owner=st.booleans())
    def approve(self, which, mask, by_owner):
        case = self.one_of(which, lambda case: case.of("waiting"))
        entries, ids = self.some(case, mask)
        untouched = len(entries) == len(case.entries) and not case.dispute
        request, actor = self.request_of(case), self.answerer(by_owner)
        if self.expect(
            self.not_open(case, by_owner), lambda: approve_items(request, ids or None, actor=actor)
        ):
            self.order.say_yes(case, entries)
            if untouched:
                planned = sum(plan.worth for plan in case.plans)
                assert planned == self.told[case], "what was told is what is planned"

    @precondition(waiting_case)
    @rule(which=NUMBERS, mask=NUMBERS, by_owner=st.booleans())
    def reject(self, which, mask, by_owner):
        case = self.one_of(which, lambda case: case.of("waiting"))
        entries, ids = self.some(case, mask)
        request, actor = self.request_of(case), self.answerer(by_owner)
        if self.expect(
            self.not_open(case, by_owner),
            lambda: reject_items(
                request,
                ids or None,
                actor=actor,
                reason_code="as_described",
                message="It is as we described it.",
            ),
        ):
            self.order.say_no(case, entries)

    @precondition(waiting_case)
    @rule(which=NUMBERS, mask=NUMBERS, percent=st.integers(0, 100), by_owner=st.booleans())
    def offer(self, which, mask, percent, by_owner):
        case = self.one_of(which, lambda case: case.of("waiting"))
        entry = case.entries[mask % len(case.entries)]
        full = self.order.full_price(entry)
        amount = full * percent // 100
        refusal = self.not_open(case, by_owner)
        if not refusal and entry.status != "waiting":
            refusal = "not_decidable"
        elif not refusal and (entry.offered or len(entry.offers) >= 3):
            refusal = "offer_not_possible"
        elif not refusal and not 0 < amount < full:
            refusal = "not_a_part"
        request, actor = self.request_of(case), self.answerer(by_owner)
        item = self.item_ids[entry.piece]
        if self.expect(
            refusal, lambda: make_offer(request, item_id=item, amount=amount, actor=actor)
        ):
            entry.offers.append(["open", amount])
            case.mind_clock()

    @precondition(offered)
    @rule(which=NUMBERS, turn=NUMBERS, answer=ANSWERS)
    def answer_offer(self, which, turn, answer):
        case = self.one_of(which, lambda case: any(entry.offers for entry in case.entries))
        entries = [entry for entry in case.entries if entry.offers]
        if not entries:
            return
        entry = entries[turn % len(entries)]
        row = Offer.objects.filter(entry=self.entry_row(case, entry)).latest("pk")
        refusal = "" if entry.offered else "offer_not_possible"
        acts = {
            "accepted": (accept_offer, self.cast.customer),
            "declined": (decline_offer, self.cast.customer),
            "withdrawn": (withdraw_offer, self.cast.sellers[0]),
        }
        act, actor = acts[answer]
        if not self.expect(refusal, lambda: act(row, actor=actor)):
            return
        if answer == "accepted":
            self.order.accept(case, entry)
        else:
            self.order.end_offers(entry, answer)
            case.mind_clock()

    # -- Paying -------------------------------------------------------------------------

    @precondition(lambda self: with_plan(self, "approved", "failed"))
    @rule(which=NUMBERS, ways=st.tuples(st.sampled_from(WAYS), st.sampled_from(WAYS)))
    def execute(self, which, ways):
        plans = with_plan(self, "approved", "failed")
        case, plan = plans[which % len(plans)]
        self.provider.plan(*ways)
        execute_plan(plan_id=self.plan_row(case, plan).pk)
        self.order.execute(plan, ["pays", "pays"] if plan.credit else list(ways))

    @precondition(lambda self: with_plan(self, "processing"))
    @rule(which=NUMBERS, answers=st.booleans(), way=st.sampled_from(WAYS))
    def reconcile(self, which, answers, way):
        open_parts = [
            (case, plan, part)
            for case, plan in with_plan(self, "processing")
            for part in plan.parts
            if part.state == "undecided"
        ]
        case, plan, part = open_parts[which % len(open_parts)]
        row = self.plan_row(case, plan)
        attempt = RefundAttempt.objects.undecided().get(
            part__plan=row, part__payment__position=part.payment + 1
        )
        RefundAttempt.objects.filter(pk=attempt.pk).update(next_check_at=self.row.placed_at)
        self.provider.plan(way)
        self.provider.answers = answers
        reconcile_attempt(attempt_id=attempt.pk)
        self.provider.answers = True
        self.order.reconcile(plan, part, answers=answers, way=way)

    @precondition(lambda self: with_plan(self, "failed"))
    @rule(which=NUMBERS)
    def retry(self, which):
        plans = with_plan(self, "failed")
        case, plan = plans[which % len(plans)]
        row = self.plan_row(case, plan)
        refusal = "not_retryable" if plan.payable else ""
        if self.expect(refusal, lambda: retry_plan(row, actor=self.cast.owner)):
            plan.payable = True

    @precondition(lambda self: any_case(self) and any(c.approved for c in self.order.cases))
    @rule()
    def complete(self):
        """What the worker does when something of it has ended; harmless at any other time."""
        for case in self.order.cases:
            complete_return(self.case_ids[case])
            self.order.complete(case)

    # -- Silence ------------------------------------------------------------------------

    @precondition(lambda self: any_case(self) and any(c.running for c in self.order.cases))
    @rule(which=NUMBERS, turn=NUMBERS)
    def silence(self, which, turn):
        """The time of one step is over, and beat comes."""
        case = self.one_of(which, lambda case: case.running)
        if not case.running:
            return
        step = case.running[turn % len(case.running)]
        clock = self.clocks_of(case).filter(step=step).first()
        self.let_pass(clock)
        self.after_silence(case, step, clock)
