"""What returns are made of, without a database: pieces, answers, goods, plans and disputes.

Answers stand on entries, goods on the parcel, money on plans; a dispute decides what the seller
rejected. Written from product.md §5 to §7: nothing of the product is imported here.
"""

from dataclasses import dataclass, field

from tests.property import model

GIVEN = ("approved", "settled")


@dataclass(eq=False)
class Piece:
    """Units [first, last) of a line. What was sent in exchange speaks of the money of what it
    replaces; a part that was missing has none."""

    line: int
    first: int
    last: int
    status: str = "delivered"
    case: "Case | None" = None
    replaces: "Piece | None" = None
    exchange: bool = False

    @property
    def units(self) -> int:
        return self.last - self.first

    def paid_units(self) -> tuple["Piece", int, int]:
        """The piece that was paid for, and which of its line's units these are."""
        piece, first, last = self, self.first, self.last
        while piece.exchange:
            piece = piece.replaces
            first, last = piece.first + first, piece.first + last
        return piece, first, last


@dataclass(eq=False)
class Plan(model.Plan):
    """`given`: what it pays per piece that was paid for, [product less what is kept, shipping]."""

    given: dict[Piece, list[int]] = field(default_factory=dict)
    on_receipt: bool = False
    credit: bool = False
    took_fee: bool = False

    @property
    def waits(self) -> bool:
        return self.on_receipt and self.status == "approved" and not self.payable

    @property
    def worth(self) -> int:
        return sum(map(sum, self.given.values()))


@dataclass(eq=False)
class Terms:
    """The owner's rules in this example; amounts in minor units, None for no limit."""

    at_once: bool = False
    keep_up_to: int | None = None
    restocking_percent: int = 0
    fee: int = 0
    silence_limit: int | None = None


@dataclass(eq=False)
class Entry:
    piece: Piece
    goods_back: bool
    percent: int
    bears: bool
    at_once: bool
    fee: int
    status: str = "waiting"
    agreed: int | None = None
    offers: list[list] = field(default_factory=list)  # [status, amount]
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def offered(self) -> bool:
        return any(offer[0] == "open" for offer in self.offers)

    @property
    def left(self) -> int:
        return self.piece.units - sum(self.counted.values())

    @property
    def came(self) -> int:
        return self.counted.get("ok", 0) + self.counted.get("damaged", 0)


@dataclass(eq=False)
class Dispute:
    entries: list[Entry] = field(default_factory=list)
    status: str = "open"
    stated: bool = False
    turn: bool = True  # the customer can still tell their side
    round: int = 0


@dataclass(eq=False)
class Case:
    wish: str
    credit: bool
    origin: str
    entries: list[Entry]
    status: str = "waiting"
    held: bool = False
    parcel: str = ""
    seen_otherwise: bool = False  # something came that is not as it was sold
    plans: list[Plan] = field(default_factory=list)
    dispute: Dispute | None = None
    clocks: set[str] = field(default_factory=lambda: {"return.answer"})
    sent_anew: bool = False

    def of(self, *statuses: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.status in statuses]

    @property
    def expected(self) -> list[Entry]:
        return [e for e in self.of("approved") if e.goods_back and e.piece.case is self]

    @property
    def approved(self) -> bool:
        return self.status == "approved"

    @property
    def live_plans(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.status != "void"]

    @property
    def running(self) -> list[str]:
        """The steps whose time runs; each open offer has a clock of its own."""
        offers = ["return.offer" for entry in self.entries if entry.offered]
        return sorted([*self.clocks, *offers])

    def mind_clock(self) -> None:
        """The time to answer stands still while an offer is open."""
        self.clocks -= {"return.answer", "return.escalated"}
        if self.status == "waiting" and not any(entry.offered for entry in self.entries):
            self.clocks.add("return.escalated" if self.held else "return.answer")
