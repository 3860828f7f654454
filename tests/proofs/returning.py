"""Customers who get their order and ask to return it, through the API, whatever is being killed.

Each return goes one of the ways there are: received as sold or with one damaged, kept for a part
of its price, rejected and decided, or left to silence. Each step insists with its idempotency key,
so each happened once, or the books differ from what was told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.proofs.insisting import Insisting, Told
from tests.proofs.running import Running

AT_ONCE = 3
REASON = "not_as_described"
REJECTION = "as_described"
DEDUCTED = 1  # minor unit; the least that any item can spare
ANSWERED_WITHIN = 120  # seconds: by then a beat has acted on silence, whatever was killed
Clock = tuple[str, str]  # an order and a step of its return


@dataclass(frozen=True)
class SentBack:
    """A return that has gone its way: its package that was delivered, and what it pays."""

    number: str
    way: str
    package: str
    pays: int


class OneReturn:
    """What everybody does about all units of the first item of one order."""

    def __init__(self, returners: "Returners", order: dict):
        self._returners = returners
        self.order = order["number"]
        self.item, self.quantity, shop = order["items"][0]
        self._seller = returners.tokens["sellers"][shop]
        self.document: dict = {}
        self._acts = 0

    @property
    def estimate(self) -> int:
        return self.document["estimate"]["amount"]

    @property
    def planned(self) -> int:
        return sum(plan["total"]["amount"] for plan in self.document["refund_plans"])

    def deliver(self) -> str:
        """The number of the package that the customer gets."""
        units = {"items": [{"item": self.item, "quantity": self.quantity}]}
        package = self._done(self._seller, f"/orders/{self.order}/packages/", units)["number"]
        self._done(self._seller, f"/packages/{package}/shipment/", {})
        self._done(self._seller, f"/packages/{package}/delivery/", {"outcome": "delivered"})
        return package

    def ask(self) -> None:
        wanted = {"items": [{"item": self.item, "quantity": self.quantity, "reason": REASON}]}
        answer = self._done(self._customer, f"/orders/{self.order}/returns/", wanted)
        [self.document] = answer["results"]

    def seller(self, act: str, **wanted: object) -> None:
        self.document = self._done(self._seller, self._path(act), wanted)

    def customer(self, act: str, **wanted: object) -> None:
        self.document = self._done(self._customer, self._path(act), wanted)

    def owner(self, act: str, **wanted: object) -> None:
        self.document = self._done(self._returners.tokens["owner"], self._path(act), wanted)

    def decide(self, outcome: str, **wanted: object) -> None:
        terms = {"fault": "seller", "shipping_paid_by": "seller", "note": "We have looked at it."}
        self.owner("dispute/decision", outcome=outcome, **terms, **wanted)

    def received(self, damaged: int = 0) -> list[dict]:
        """The units as the seller counts them, so many of them damaged."""
        conditions = (("damaged", damaged, "dispose"), ("ok", self.quantity - damaged, "restock"))
        return [
            {"item": self.item, "condition": how, "quantity": units, "disposition": then}
            for how, units, then in conditions
            if units
        ]

    def leave_to_silence(self, step: str) -> None:
        """Nobody acts: the step's time will be over."""
        self._returners.silent.append((self.order, step))

    def receive_once_approved(self) -> None:
        """Silence approves; the goods come as soon as it has."""
        deadline = time.monotonic() + ANSWERED_WITHIN
        while True:
            told = self._ask(self._seller, self._path("receipts"), {"units": self.received()})
            if told.status == 201:
                self.document = told.document
                return
            assert told.code == "no_goods_awaited", f"{self.order}: {told}"
            assert time.monotonic() < deadline, f"{self.order}: silence did not approve"
            time.sleep(1)

    @property
    def _customer(self) -> str:
        return self._returners.tokens["token"]

    def _path(self, act: str) -> str:
        return f"/returns/{self.document['number']}/{act}/"

    def _done(self, token: str, path: str, wanted: dict) -> dict:
        told = self._ask(token, path, wanted)
        assert told.status == 201, f"{path}: {told}"
        return told.document

    def _ask(self, token: str, path: str, wanted: dict) -> Told:
        """One more act, under a key of its own."""
        self._acts += 1
        key = f"return/{self.order}/{self._acts}"
        return self._returners.post(path, wanted, token=token, key=key)


# -- The ways: each leads a return from its asking to where only money is left to move, and says
# -- what it pays.


def as_sold(one: OneReturn) -> int:
    one.seller("approval")
    one.seller("receipts", units=one.received())
    return one.estimate


def one_damaged(one: OneReturn) -> int:
    one.seller("approval")
    kept = {"item": one.item, "amount": DEDUCTED, "reason": "One has a scratch."}
    one.seller("receipts", units=one.received(damaged=1), deductions=[kept])
    return one.estimate - DEDUCTED


def kept_for_a_part(one: OneReturn) -> int:
    part = max(one.estimate // 2, 1)
    one.seller("offers", item=one.item, amount=part)
    [offer] = one.document["offers"]
    one.customer(f"offers/{offer['id']}/acceptance")
    return part


def _disputed(one: OneReturn) -> None:
    one.seller("rejection", reason=REJECTION, message="It is as we described it.")
    one.customer("dispute/statement", text="It is another colour.")


def decided_in_full(one: OneReturn) -> int:
    _disputed(one)
    one.decide("full")
    return one.planned


def decided_in_part(one: OneReturn) -> int:
    part = max(one.estimate // 3, 1)
    _disputed(one)
    one.decide("partial", lines=[{"item": one.item, "amount": part}])
    one.leave_to_silence("return.appeal")  # until then the case is open
    return part


def decided_on_appeal(one: OneReturn) -> int:
    _disputed(one)
    one.decide("none")
    one.customer("dispute/appeal", text="Look at the photo again.")
    one.decide("full")
    return one.planned


def decided_against(one: OneReturn) -> int:
    _disputed(one)
    one.decide("none")
    one.leave_to_silence("return.appeal")
    return 0


def approved_by_silence(one: OneReturn) -> int:
    one.leave_to_silence("return.answer")
    one.receive_once_approved()
    return one.estimate


def never_sent(one: OneReturn) -> int:
    one.seller("approval")
    one.leave_to_silence("return.send_goods")
    return 0


def damaged_and_never_said(one: OneReturn) -> int:
    one.seller("approval")
    one.seller("receipts", units=one.received(damaged=1))
    one.leave_to_silence("return.confirm_receipt")
    return one.estimate


Way = Callable[[OneReturn], int]
WAYS: dict[str, Way] = {
    way.__name__.replace("_", " "): way
    for way in (
        *(as_sold, one_damaged, decided_in_part, approved_by_silence, kept_for_a_part),
        *(decided_in_full, never_sent, decided_on_appeal, damaged_and_never_said, decided_against),
    )
}
DISPUTES = {name for name in WAYS if name.startswith("decided")}


class Returners(Insisting):
    """`send_back(order)` starts one more, each the next way; `wait()` says what each pays."""

    def __init__(self, url: str, filled: dict, seed: int):
        super().__init__(url, seed, AT_ONCE)
        self.tokens = filled
        self.silent: list[Clock] = []  # whose time is to be over
        self.passed: list[Clock] = []  # whose time is over

    def send_back(self, order: dict) -> None:
        """An order that nobody else does anything with."""
        names = list(WAYS)
        self._start(self._send_back, order, names[len(self.asked) % len(names)])

    def _send_back(self, order: dict, way: str) -> SentBack:
        one = OneReturn(self, order)
        package = one.deliver()
        one.ask()
        pays = WAYS[way](one)
        return SentBack(one.document["number"], way, package, pays)

    def let_time_pass(self, product: Running) -> None:
        """Whatever is left to silence is due now; beat does the rest."""
        while len(self.passed) < len(self.silent):
            order, step = self.silent[len(self.passed)]
            product.driver("let_pass", order=order, step=step)
            self.passed.append((order, step))

    def see_through(self, product: Running, patience: float) -> list[SentBack]:
        """Let time pass until every return has gone its way."""
        deadline = time.monotonic() + patience
        while self.under_way and time.monotonic() < deadline:
            product.supervise()
            self.let_time_pass(product)
            time.sleep(0.2)
        sent_back = self.wait()
        self.let_time_pass(product)
        return sent_back
