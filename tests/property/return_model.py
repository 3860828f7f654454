"""What a delivered order's returns come to, without a database: the judge of the real thing.

Written from product.md §5 to §7: nothing of the product is imported here.
"""

from tests.property import model
from tests.property.model import Line, Part
from tests.property.return_parts import GIVEN, Case, Dispute, Entry, Piece, Plan, Terms


class Order(model.Order):
    """Lines are all of one seller, and delivered. Money as in `model.Order`; plans are of cases."""

    terms: Terms
    cases: list[Case]

    def __post_init__(self) -> None:
        self.pieces = [Piece(at, 0, line.quantity) for at, line in enumerate(self.lines)]

    def take(self, piece: Piece, units: int) -> Piece:
        if units == piece.units:
            return piece
        leaving = Piece(
            piece.line,
            piece.last - units,
            piece.last,
            piece.status,
            replaces=piece.replaces,
            exchange=piece.exchange,
        )
        piece.last -= units
        self.pieces.append(leaving)
        return leaving

    def replace(self, case: Case, piece: Piece, units: int) -> None:
        self.lines.append(Line(0, units, (0, 0)))
        exchange = case.wish == "exchange"
        new = Piece(len(self.lines) - 1, 0, units, "waiting_packaging", None, piece, exchange)
        self.pieces.append(new)
        case.sent_anew = True

    # -- What may be asked for --------------------------------------------------------------

    def answers_of(self, piece: Piece) -> list[tuple[Case, Entry]]:
        return [(case, e) for case in self.cases for e in case.entries if e.piece is piece]

    def refuses(self, piece: Piece, units: int) -> bool:
        """Whether so many cannot be asked for: not with the customer, dealt with for good, or a
        part of what an earlier return has counted."""
        if units < piece.units and any(e.counted for _case, e in self.answers_of(piece)):
            return True
        if piece.status != "delivered" or piece.case:
            return True
        if piece.replaces and not piece.exchange:
            return True
        if any(e.status in ("rejected", "settled") for _case, e in self.answers_of(piece)):
            return True
        return self.paid_for(piece)

    def paid_for(self, piece: Piece) -> bool:
        """It was paid back and is not returned: the goods never came, or something else did."""
        return any(
            piece.paid_units()[0] in plan.given
            for case, entry in self.answers_of(piece)
            if entry.status == "approved"
            for plan in case.live_plans
        )

    # -- Money ------------------------------------------------------------------------------

    def left_of(self, root: Piece, paid: dict[Piece, list[int]]) -> tuple[int, int]:
        captured = [self._share(root, at, root.first, root.last) for at in (0, 1)]
        for case in self.cases:
            for plan in case.live_plans:
                for at, amount in enumerate(plan.given.get(root, (0, 0))):
                    captured[at] -= amount
        before = paid.get(root, (0, 0))
        return captured[0] - before[0], captured[1] - before[1]

    def _share(self, root: Piece, at: int, first: int, last: int) -> int:
        amount, quantity = self.lines[root.line].captured[at], self.lines[root.line].quantity
        return amount * last // quantity - amount * first // quantity

    def price(self, wanted: list[tuple[Entry, int | None, int, bool]], fee: int) -> list[tuple]:
        """[(root, product, shipping, fee kept)] of entries with (agreed amount, restocking %,
        bears the fee), one after the other."""
        paid: dict[Piece, list[int]] = {}
        prices = []
        for entry, agreed, percent, bears in wanted:
            root, first, last = entry.piece.paid_units()
            left, kept = self.left_of(root, paid), 0
            product = min(self._share(root, 0, first, last), left[0])
            shipping = min(self._share(root, 1, first, last), left[1])
            if agreed is not None:
                shipping = min(shipping, agreed) if agreed > product else 0
                product = agreed - shipping
            else:
                product -= min((product * percent + 50) // 100, product)
                kept = min(fee, product) if bears else 0
                product, fee = product - kept, fee - kept
            before = paid.setdefault(root, [0, 0])
            before[0] += product
            before[1] += shipping
            prices.append((root, product, shipping, kept))
        return prices

    def worth(self, entries) -> list[int]:
        """All that is left of each, without fees."""
        wanted = [(entry, None, 0, False) for entry in entries]
        return [product + shipping for _root, product, shipping, _fee in self.price(wanted, 0)]

    def full_price(self, entry: Entry) -> int:
        """What returning this one alone would pay."""
        [(_root, product, shipping, _fee)] = self.price(
            [(entry, None, entry.percent, entry.bears)], entry.fee
        )
        return product + shipping

    def planned(self, payment: int) -> int:
        parts = [part for case in self.cases for plan in case.live_plans for part in plan.parts]
        return sum(part.amount for part in parts if part.payment == payment)

    def plan(self, case: Case, prices: list[tuple], *, on_receipt: bool) -> None:
        new = Plan(
            status="approved", payable=not on_receipt, on_receipt=on_receipt, credit=case.credit
        )
        for root, product, shipping, kept in prices:
            new.took_fee |= bool(kept)
            given = new.given.setdefault(root, [0, 0])
            given[0] += product
            given[1] += shipping
        self.spread_plan(new)
        case.plans.append(new)

    def spread_plan(self, plan: Plan) -> None:
        """Card first, voucher last."""
        plan.parts = []
        missing = plan.worth
        for payment, amount in enumerate(self.payments):
            given = min(missing, amount - self.planned(payment))
            if given:
                plan.parts.append(Part(payment, given))
                missing -= given
        assert not missing, "more was promised than was captured"

    # -- Asking and answering ---------------------------------------------------------------

    def ask(self, pieces: list[Piece], wish: str, credit: bool, customers: bool, by: str) -> Case:
        terms = self.terms
        entries = [Entry(piece, True, 0, False, True, 0) for piece in pieces]
        for entry, worth in zip(entries, self.worth(entries), strict=True):
            kept = terms.keep_up_to is not None and worth <= terms.keep_up_to
            entry.goods_back = wish != "missing_part" and not kept
            entry.at_once = not entry.goods_back or terms.at_once
            if entry.goods_back and customers:
                entry.percent, entry.fee = terms.restocking_percent, terms.fee
                entry.bears = bool(terms.fee)
        case = Case(wish, credit, by, entries)
        for piece in pieces:
            piece.case = case
        self.cases.append(case)
        return case

    def say_yes(self, case: Case, entries: list[Entry]) -> None:
        for entry in entries:
            entry.status = "approved"
            self.end_offers(entry, "withdrawn")
            if case.wish == "missing_part":
                entry.piece.case = None
                self.replace(case, entry.piece, entry.piece.units)
        for entry in entries:
            if case.wish != "missing_part" and not entry.goods_back:
                entry.piece.status, entry.piece.case = "returned", None
        if case.wish == "exchange":
            for entry in entries:
                if not entry.goods_back:
                    self.replace(case, entry.piece, entry.piece.units)
        self.settle(case)

    def say_no(self, case: Case, entries: list[Entry]) -> None:
        for entry in entries:
            entry.status, entry.piece.case = "rejected", None
            self.end_offers(entry, "withdrawn")
        self.settle(case)
        if case.dispute is None:
            case.dispute = Dispute()
        case.dispute.entries += entries
        case.dispute.stated, case.dispute.turn = False, True
        case.clocks -= {"return.decision"}
        case.clocks.add("return.statement")

    def withdraw(self, case: Case) -> None:
        for entry in case.of("waiting"):
            entry.status, entry.piece.case = "withdrawn", None
            self.end_offers(entry, "declined")
        self.settle(case)

    @staticmethod
    def end_offers(entry: Entry, status: str) -> None:
        for offer in entry.offers:
            if offer[0] == "open":
                offer[0] = status

    def accept(self, case: Case, entry: Entry) -> None:
        entry.agreed = next(amount for status, amount in entry.offers if status == "open")
        self.end_offers(entry, "accepted")
        entry.status, entry.piece.case = "settled", None
        self.settle(case)

    def settle(self, case: Case) -> None:
        """With the last answer money is planned and goods are waited for."""
        if case.of("waiting"):
            case.mind_clock()
            return
        case.held = False
        given = case.of(*GIVEN)
        if not given:
            case.status = "rejected" if case.of("rejected") else "withdrawn"
            case.mind_clock()
            return
        case.status = "approved"
        case.mind_clock()
        owed = [e for e in given if e.status == "settled" or case.wish == "refund"]
        fee = max((e.fee for e in owed if e.status == "approved"), default=0)
        for at_once in (True, False):
            own = [e for e in owed if (e.status == "settled" or e.at_once) is at_once]
            if not own:
                continue
            wanted = [(e, e.agreed, e.percent, e.bears and e.status == "approved") for e in own]
            prices = self.price(wanted, fee)
            fee -= sum(kept for *_given, kept in prices)
            self.plan(case, prices, on_receipt=not at_once)
        back = [e for e in given if e.status == "approved" and e.goods_back]
        if back:
            self.await_goods(case, back)

    # -- Goods ------------------------------------------------------------------------------

    def await_goods(self, case: Case, entries: list[Entry]) -> None:
        for entry in entries:
            entry.piece.case = case
        if case.parcel in ("", "received", "never_came"):
            case.parcel = "awaited"
            case.clocks.add("return.send_goods")

    def take_back(self, case: Case, came: dict[Entry, int]) -> None:
        paid = {root for plan in case.live_plans for root in plan.given}
        for entry, units in came.items():
            entry.piece.case = None
            if units:
                entry.piece.status = "returned"
        for entry, units in came.items():
            exchanged = case.wish == "exchange" and entry.piece.paid_units()[0] not in paid
            if units and exchanged:
                self.replace(case, entry.piece, units)

    def receive(self, case: Case, told: list[tuple[Entry, str, int]], *, last: bool) -> None:
        expected = case.expected
        for entry, condition, units in told:
            entry.counted[condition] = entry.counted.get(condition, 0) + units
            case.seen_otherwise |= condition != "ok"
        for entry in expected:
            if last and entry.left:
                entry.counted["missing"] = entry.counted.get("missing", 0) + entry.left
                case.seen_otherwise = True
        done = [entry for entry in expected if not entry.left]
        self.take_back(case, {entry: entry.came for entry in done})
        case.clocks -= {"return.send_goods"}
        if len(done) < len(expected):
            case.parcel = "partly_received"
            case.clocks.add("return.confirm_receipt")
            return
        case.parcel = "received"
        if case.seen_otherwise and any(plan.waits for plan in case.plans):
            case.clocks.add("return.confirm_receipt")
        else:
            self.conclude(case)

    def conclude(self, case: Case) -> None:
        case.clocks -= {"return.confirm_receipt"}
        expected = {entry.piece.paid_units()[0] for entry in case.expected}
        for plan in case.plans:
            if plan.waits and not expected & set(plan.given):
                plan.payable = True

    def deduct(self, case: Case, entry: Entry, amount: int) -> None:
        root = entry.piece.paid_units()[0]
        plan = [plan for plan in case.plans if plan.waits and root in plan.given][-1]
        plan.given[root][0] -= amount
        plan.parts = []
        self.spread_plan(plan)
        self.conclude(case)

    def confirm_by_silence(self, case: Case) -> None:
        case.clocks -= {"return.confirm_receipt"}
        if case.parcel in ("sent", "partly_received"):
            lost = ("missing", "wrong")
            came = {
                e: e.piece.units - sum(e.counted.get(one, 0) for one in lost) for e in case.expected
            }
            self.take_back(case, came)
            case.parcel = "received"
        self.conclude(case)

    def never_sent(self, case: Case) -> None:
        case.parcel = "never_came"
        case.clocks -= {"return.send_goods"}
        missed = case.expected
        roots = {entry.piece.paid_units()[0] for entry in missed}
        for plan in case.plans:
            if plan.waits and roots & set(plan.given):
                plan.status = "void"
        for entry in missed:
            entry.piece.case = None
        if not self.came_to_something(case):
            self.complete(case)

    # -- Disputes ---------------------------------------------------------------------------

    def decide(
        self, case: Case, outcome: str, amounts: list[int | None], *, back: bool, pays: bool
    ) -> None:
        """`amounts` per disputed entry, None for all that is left; `pays`: the customer pays the
        way back."""
        entries = [entry for entry in case.entries if entry in case.dispute.entries]
        worth = self.worth(entries)
        bears = outcome == "full" and back and pays
        bears = bears and not any(plan.took_fee for plan in case.live_plans)
        wanted = [(e, amount, 0, bears) for e, amount in zip(entries, amounts, strict=True)]
        prices = self.price(wanted, self.terms.fee if bears else 0)
        won = {
            entry: (price, back if entry.status == "rejected" else entry in case.expected)
            for entry, amount, price in zip(entries, amounts, prices, strict=True)
            if amount is None or amount
        }
        new = [entry for entry in won if entry.status == "rejected"]
        most = dict(zip(entries, worth, strict=True))
        for entry, (price, waits) in won.items():
            self._answer_anew(entry, price[1] + price[2], most[entry], waits=waits)
        if won and case.status == "rejected":
            case.status = "approved"
        self._pay_decided(case, list(won.values()))
        for entry in new:
            if not won[entry][1] and entry.status == "approved":
                entry.piece.status = "returned"
        goods = [entry for entry in new if won[entry][1]]
        if goods:
            self.await_goods(case, goods)
        self._move_on(case, case.dispute, outcome)

    @staticmethod
    def _answer_anew(entry: Entry, amount: int, most: int, *, waits: bool) -> None:
        """Approved after all; kept for a part of its price, or for more of it."""
        if entry.status == "settled":
            entry.agreed += amount
        elif entry.status == "rejected":
            keeps = not waits and amount < most
            entry.status, entry.agreed = ("settled", amount) if keeps else ("approved", None)
            entry.goods_back = waits

    def _pay_decided(self, case: Case, won: list[tuple]) -> None:
        for on_receipt in (False, True):
            own = [price for price, waits in won if waits is on_receipt]
            if sum(product + shipping for _root, product, shipping, _fee in own):
                self.plan(case, own, on_receipt=on_receipt)

    @staticmethod
    def _move_on(case: Case, dispute: Dispute, outcome: str) -> None:
        case.clocks -= {"return.statement", "return.decision"}
        dispute.turn = False
        dispute.round += 1
        if dispute.round == 2 or outcome == "full":
            dispute.status = "closed"
        else:
            dispute.status = "decided"
            case.clocks.add("return.appeal")

    # -- Ending -----------------------------------------------------------------------------

    def complete(self, case: Case) -> None:
        if case.status != "approved":
            return
        waits = case.parcel not in ("", "never_came") and (
            case.parcel != "received" or any(plan.waits for plan in case.plans)
        )
        left = (
            any(plan.status != "completed" for plan in case.live_plans)
            or (case.dispute and case.dispute.status != "closed")
            or any(piece.case is case for piece in self.pieces)
            or waits
        )
        if not left:
            case.status = "completed" if self.came_to_something(case) else "closed"

    @staticmethod
    def came_to_something(case: Case) -> bool:
        back = any(entry.piece.status == "returned" for entry in case.of("approved"))
        return bool(case.live_plans) or back or case.sent_anew
