"""After the faults: what the product believes against what the provider really did."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.proofs.returning import Clock, SentBack
from tests.proofs.running import Running

Served = Sequence[tuple[str | None, str]]
LETTERS = {"cancellation_requested", "cancellation_approved", "cancellation_refunded"}


@dataclass
class Reckoning:
    """`faults` are sentences about what is not as it must be; none is the proof."""

    plans: int = 0
    parts: int = 0
    payouts: int = 0
    amount: int = 0
    calls: int = 0
    retried: int = 0
    mails_repeated: int = 0
    drained_after: float = 0.0
    last_seen: dict[str, float] = field(default_factory=dict)  # kind: seconds it was under way
    faults: list[str] = field(default_factory=list)

    def hold(self, true: bool, sentence: str) -> None:
        if not true:
            self.faults.append(sentence)


def drain(
    product: Running, found: Reckoning, *, patience: float, since: float | None = None
) -> dict[str, int]:
    """Wait until nothing is under way; refusals are tried again, as a person would. Seconds count
    from `since` (monotonic), or from now. Returns what is left, which should be nothing.
    """
    begin = since or time.monotonic()
    while True:
        product.supervise()
        left = {kind: count for kind, count in product.driver("standing").items() if count}
        found.drained_after = time.monotonic() - begin
        found.last_seen |= dict.fromkeys(left, found.drained_after)
        if not left or found.drained_after > patience:
            return left
        if "failed" in left:
            found.retried += product.driver("retry")
        time.sleep(0.5)


@dataclass
class Promised:
    """What people were told: how many cancellations stand, which packages sellers have sent and
    how far these came, how returns went, and what was left to silence."""

    cancelled: int = 0
    served: Served = ()
    sent_back: Sequence[SentBack] = ()
    silent: Sequence[Clock] = ()

    @property
    def packages(self) -> list[tuple[str | None, str]]:
        return [*self.served, *((one.package, "delivered") for one in self.sent_back)]


def reckon(
    product: Running, promised: Promised, *, patience: float, since: float | None = None
) -> Reckoning:
    """Drain, then compare what was promised with books, journal, packages, mails, invariants."""
    found = Reckoning()
    still = drain(product, found, patience=patience, since=since)
    found.hold(not still, f"After {patience} s there is still something under way: {still}")
    books, journal = product.driver("books"), product.provider.journal()
    found.plans, found.parts = len(books["plans"]), len(books["parts"])
    found.payouts, found.calls = len(journal["payouts"]), len(journal["calls"])
    found.amount = sum(payout["amount"] for payout in journal["payouts"])
    _compare_cases(found, books, promised)
    _compare_returns(found, books, promised)
    found.hold(not books["given_up"], f"{books['given_up']} deliveries or mails were given up")
    compare_payouts(found, books, journal)
    _count_mails(found, books, product.sent(), promised)
    _compare_packages(found, product.driver("shipments"), promised.packages)
    found.faults += product.driver("check")
    return found


def _compare_cases(found: Reckoning, books: dict, promised: Promised) -> None:
    """A case and a paid plan for each cancellation; a case for each return, and no plan of any
    that is neither paid nor void."""
    cases = Counter(kind for kind, _status in books["cases"])
    plans = Counter(kind for kind, _status in books["plans"])
    for kind, told in (("cancel", promised.cancelled), ("return", len(promised.sent_back))):
        found.hold(cases[kind] == told, f"{told} × {kind} were told, {cases[kind]} cases stand")
    told = promised.cancelled
    found.hold(plans["cancel"] == told, f"{told} cancelled, {plans['cancel']} plans stand")
    ended = {("cancel", "completed"), ("return", "completed"), ("return", "void")}
    unpaid = Counter(map(tuple, books["plans"])) - Counter(
        plan for plan in map(tuple, books["plans"]) if plan in ended
    )
    found.hold(not unpaid, f"Not completed: {dict(unpaid)}")


def _compare_returns(found: Reckoning, books: dict, promised: Promised) -> None:
    """Each return paid what was told, and each step left to silence was acted on once."""
    paid = books["returns"]
    wrong = {
        one.number: (one.way, one.pays, paid.get(one.number, 0))
        for one in promised.sent_back
        if paid.get(one.number, 0) != one.pays
    }
    found.hold(not wrong, f"Returns that were told one sum and paid another: {wrong}")
    strangers = set(paid) - {one.number for one in promised.sent_back}
    found.hold(not strangers, f"Returns that nobody was told of: {strangers}")
    passed, silent = Counter(map(tuple, books["passed"])), Counter(promised.silent)
    odd = {clock: passed[clock] for clock in passed | silent if passed[clock] != silent[clock]}
    found.hold(not odd, f"Steps left to silence that were not acted on once: {odd}")


def compare_payouts(found: Reckoning, books: dict, journal: dict) -> None:
    """Exactly one payout per part, of its amount, and none that nobody knows of."""
    paid = Counter(payout["key"] for payout in journal["payouts"])
    amounts = {payout["key"]: payout["amount"] for payout in journal["payouts"]}
    keys: dict[int, list[str]] = {}
    for part, key, _status in books["attempts"]:
        keys.setdefault(part, []).append(key)
    for part, amount in books["parts"]:
        of_part = [key for key in keys.get(part, []) if key in paid]
        times = sum(paid[key] for key in of_part)
        found.hold(times == 1, f"Part {part} was paid {times} times")
        wrong = [amounts[key] for key in of_part if amounts[key] != amount]
        found.hold(not wrong, f"Part {part} of {amount} was paid with {wrong}")
    known = {key for of_part in keys.values() for key in of_part}
    strangers = len(set(paid) - known)
    found.hold(not strangers, f"{strangers} payouts under keys that nobody knows")


def _compare_packages(found: Reckoning, told: dict, served: Served) -> None:
    """What sellers were told stands, each package left and arrived once, one mail each."""
    ends = {package: end for package, end in served if package}
    stands = told["packages"]
    wrong = {number: stands.get(number) for number in ends if stands.get(number) != ends[number]}
    found.hold(not wrong, f"Packages stand otherwise than their sellers were told: {wrong}")
    found.hold(len(stands) == len(ends), "There are packages that nobody was told of")
    left = sum(end in ("shipped", "delivered") for end in ends.values())
    arrived = sum(end == "delivered" for end in ends.values())
    for words, times, count in (
        ("left", told["times"], left),
        ("arrived", told["times_delivered"], arrived),
        ("were written of", told["told"], left),
    ):
        once = {"1": count} if count else {}
        found.hold(times == once, f"Packages {words} so often: {times}, for {count}")


def _count_mails(found: Reckoning, books: dict, sent: Counter[str], promised: Promised) -> None:
    """One of each letter per case is owed and was sent. A worker killed between sending one and
    noting it sends it again, under the same Message-ID: that is counted, and no fault."""
    owed = Counter(template for _id, template, _order in books["mails"])
    told = dict.fromkeys(LETTERS, promised.cancelled)
    told["return_requested"] = len(promised.sent_back)
    for letter, cases in sorted(told.items()):
        found.hold(owed[letter] == cases, f"{owed[letter]} × {letter} for {cases} cases")
    missing = {message_id for message_id, *_rest in books["mails"]} - set(sent)
    found.hold(not missing, f"{len(missing)} mails were noted as sent and were not")
    found.mails_repeated = sum(times - 1 for times in sent.values())
