"""What an order is, without a database: the judge of the real thing.

Units of lines stand in pieces; money is captured per line, planned per case and paid per payment.
Written from product.md alone: nothing of the product is imported here.
"""

from dataclasses import dataclass, field

UNSHIPPED = ("waiting_packaging", "preparing", "ready_to_ship")


def spread(amount: int, weights: list[int]) -> list[int]:
    """Largest remainder, the first one on a tie (product.md §7)."""
    total = sum(weights)
    if not amount:
        return [0 for _weight in weights]
    exact = [divmod(amount * weight, total) for weight in weights]
    odd = amount - sum(whole for whole, _rest in exact)
    lucky = sorted(range(len(weights)), key=lambda at: (-exact[at][1], at))[:odd]
    return [whole + (at in lucky) for at, (whole, _rest) in enumerate(exact)]


@dataclass
class Line:
    """One bought line; `captured` is (product, shipping), what can ever go back for it."""

    seller: int
    quantity: int
    captured: tuple[int, int]

    def worth(self, first: int, last: int) -> int:
        return sum(
            amount * last // self.quantity - amount * first // self.quantity
            for amount in self.captured
        )


@dataclass(eq=False)
class Piece:
    """Units [first, last) of a line in one state."""

    line: int
    first: int
    last: int
    status: str = "waiting_packaging"
    case: "Case | None" = None
    package: "Package | None" = None

    @property
    def units(self) -> int:
        return self.last - self.first


@dataclass(eq=False)
class Package:
    """Moments are numbers: the machine's steps are 1, 2, …; carriers also speak of earlier and
    of later ones. `way` is the carrier's name, "" for none; `reports` say what became of each."""

    seller: int
    packed_at: int
    status: str = "preparing"
    pieces: list[Piece] = field(default_factory=list)
    way: str = ""
    invoice: str = ""
    shipped_at: int | None = None
    delivered_at: int | None = None
    failed_at: int | None = None
    reports: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.status in ("preparing", "ready_to_ship")

    @property
    def units(self) -> int:
        return sum(piece.units for piece in self.pieces)

    def move(self, status: str) -> None:
        self.status = status
        for piece in self.pieces:
            piece.status, piece.package = status, self

    def put_in(self, pieces: list[Piece]) -> None:
        """Out of the package in which they are; one that is emptied by it is cancelled."""
        for piece in pieces:
            if piece.package:
                piece.package.pieces.remove(piece)
                if not piece.package.pieces:
                    piece.package.status = "cancelled"
            self.pieces.append(piece)
            piece.package = self

    def hear(self, kind: str, at: int) -> str:
        """What a carrier's report changes: it moved the package, was noted, or came too late."""
        if self.status in ("delivered", "cancelled"):
            return "superseded"
        if self.open or kind == "delivered":
            return "moved"
        newest = self.failed_at
        if newest is not None and self.status == "shipped":
            newest = max(newest, self.shipped_at)
        if newest is not None and at <= newest:
            return "superseded"
        turns = {("shipped", "failed"), ("delivery_failed", "shipped")}
        return "moved" if (self.status, kind) in turns else "noted"

    def within_life(self, at: int, now: int) -> int:
        begun = self.packed_at if self.shipped_at is None else self.shipped_at
        return min(max(at, begun), now)


@dataclass(eq=False)
class Part:
    """What one payment gives back. `truth` is what the provider did under the running key."""

    payment: int
    amount: int
    state: str = "new"  # new, undecided, paid, refused
    truth: str = ""  # "", paid, refused

    @property
    def reserved(self) -> bool:
        return self.state in ("undecided", "paid")


@dataclass(eq=False)
class Plan:
    status: str = "waiting"
    payable: bool = False
    parts: list[Part] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(part.amount for part in self.parts)


@dataclass(eq=False)
class Case:
    """A request of one seller's part: how each of its pieces was answered, and the money."""

    origin: str
    answers: dict[Piece, str]
    status: str = "waiting"
    evaluated: bool = False
    held: bool = False
    escalated: bool = False
    plan: Plan = field(default_factory=Plan)


@dataclass
class Order:
    lines: list[Line]
    payments: list[int]  # in the order in which money goes back
    pieces: list[Piece] = field(init=False)
    packages: list[Package] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pieces = [Piece(at, 0, line.quantity) for at, line in enumerate(self.lines)]

    def take(self, piece: Piece, units: int) -> Piece:
        """The last `units` of a piece, as a piece of their own."""
        if units == piece.units:
            return piece
        leaving = Piece(
            piece.line, piece.last - units, piece.last, piece.status, piece.case, piece.package
        )
        piece.last -= units
        if piece.package:
            piece.package.pieces.append(leaving)
        self.pieces.append(leaving)
        return leaving

    def worth(self, pieces) -> int:
        return sum(self.lines[one.line].worth(one.first, one.last) for one in pieces)

    def planned(self, payment: int) -> int:
        live = [case.plan for case in self.cases if case.plan.status != "void"]
        return sum(part.amount for plan in live for part in plan.parts if part.payment == payment)

    def plan_again(self, case: Case, pieces) -> None:
        """Say anew which payment gives back how much: card first, voucher last."""
        case.plan.parts = []
        missing = self.worth(pieces)
        for payment, amount in enumerate(self.payments):
            given = min(missing, amount - self.planned(payment))
            if given:
                case.plan.parts.append(Part(payment, given))
                missing -= given
        assert not missing, "more was promised than was captured"

    # -- Requests -----------------------------------------------------------------------

    def open(self, origin: str, pieces: list[Piece]) -> Case:
        case = Case(origin, dict.fromkeys(pieces, "waiting"))
        self.cases.append(case)
        for piece in pieces:
            piece.case = case
        self.plan_again(case, case.answers)
        return case

    @staticmethod
    def waiting(case: Case) -> list[Piece]:
        return [piece for piece, said in case.answers.items() if said == "waiting"]

    def say_yes(self, case: Case, pieces: list[Piece]) -> None:
        for piece in pieces:
            case.answers[piece] = "approved"
            piece.status, piece.case = "cancelled", None
            if piece.package:
                piece.package.pieces.remove(piece)
                if not piece.package.pieces:
                    piece.package.status = "cancelled"
                piece.package = None
        self.settle(case)

    def say_no(self, case: Case, pieces: list[Piece], answer: str = "rejected") -> None:
        for piece in pieces:
            case.answers[piece] = answer
            piece.case = None
        left = [piece for piece, said in case.answers.items() if said in ("waiting", "approved")]
        if left:
            self.plan_again(case, left)
        else:
            case.plan.status = "void"
        self.settle(case)

    def settle(self, case: Case) -> None:
        said = set(case.answers.values())
        if "waiting" in said or case.status != "waiting":
            return
        case.held = case.escalated = False
        if "approved" in said:
            case.status, case.plan.status, case.plan.payable = "approved", "approved", True
        else:
            case.status = "withdrawn" if "withdrawn" in said else "rejected"

    def overrule(self, case: Case, pieces: list[Piece]) -> None:
        case.plan = Plan()
        self.plan_again(case, pieces)
        case.status = "waiting"
        for piece in pieces:
            case.answers[piece] = "waiting"
            piece.case = case
        self.say_yes(case, pieces)

    # -- Money --------------------------------------------------------------------------

    def execute(self, plan: Plan, ways: list[str]) -> None:
        """Pay what is not paid yet; `ways` says how each payment goes."""
        if plan.status not in ("approved", "failed") or not plan.payable:
            return
        plan.status = "processing"
        due = [part for part in plan.parts if part.state != "paid"]
        for part in due:
            part.state, part.truth = "undecided", ""
        for part, way in zip(due, ways, strict=False):
            self._send(part, way)
        self._conclude(plan)

    def reconcile(self, plan: Plan, part: Part, *, answers: bool, way: str) -> None:
        """Ask the provider about an undecided part; what it never saw is sent again."""
        if not answers:
            return
        if part.truth:
            part.state = part.truth
        else:
            self._send(part, way)
        self._conclude(plan)

    @staticmethod
    def _send(part: Part, way: str) -> None:
        if way != "breaks_before":
            part.truth = "refused" if way == "refuses" else "paid"
        if not way.startswith("breaks"):
            part.state = part.truth

    @staticmethod
    def _conclude(plan: Plan) -> None:
        states = {part.state for part in plan.parts}
        if "undecided" not in states:
            plan.status = "completed" if states <= {"paid"} else "failed"
            plan.payable = plan.payable and plan.status == "completed"

    def paid_back(self) -> int:
        parts = [part for case in self.cases for part in case.plan.parts]
        return sum(part.amount for part in parts if part.state == "paid")
