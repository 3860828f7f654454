"""Customers who get their order and send it back, through the API, whatever is being killed.

Packed, shipped, delivered, asked for, approved, received as sold: with the last answer a refund
is owed. Each step insists with its idempotency key, so each happened once, or the books differ.
"""

from dataclasses import dataclass

from tests.proofs.insisting import Insisting, Told
from tests.proofs.reckoning import Reckoning, compare_payouts, drain
from tests.proofs.running import Running

AT_ONCE = 3
REASON = "not_as_described"


@dataclass(frozen=True)
class SentBack:
    """A return whose goods were received: its number, and what was told that it pays."""

    number: str
    estimate: int


class Returners(Insisting):
    """`send_back(order)` starts one more; `wait()` says what each was promised."""

    def __init__(self, url: str, filled: dict, seed: int):
        super().__init__(url, seed, AT_ONCE)
        self._token, self._sellers = filled["token"], filled["sellers"]

    def send_back(self, order: dict) -> None:
        """All units of the first item of an order that nobody else does anything with."""
        self._start(self._send_back, order["number"], *order["items"][0])

    def _send_back(self, number: str, item: str, quantity: int, shop: str) -> SentBack:
        seller = self._sellers[shop]
        units = {"items": [{"item": item, "quantity": quantity}]}
        package = self._done(f"/orders/{number}/packages/", units, seller, f"{number}/rp")
        path = f"/packages/{package['number']}"
        self._done(f"{path}/shipment/", {}, seller, f"{number}/rs")
        self._done(f"{path}/delivery/", {"outcome": "delivered"}, seller, f"{number}/rd")
        wanted = {"items": [units["items"][0] | {"reason": REASON}]}
        asked = self._done(f"/orders/{number}/returns/", wanted, self._token, f"{number}/ra")
        [made] = asked["results"]
        path = f"/returns/{made['number']}"
        self._done(f"{path}/approval/", {}, seller, f"{number}/ry")
        came = {"item": item, "condition": "ok", "quantity": quantity, "disposition": "restock"}
        self._done(f"{path}/receipts/", {"units": [came]}, seller, f"{number}/rr")
        return SentBack(made["number"], made["estimate"]["amount"])

    def _done(self, path: str, wanted: dict, token: str, key: str) -> dict:
        told: Told = self.post(path, wanted, token=token, key=key)
        assert told.status == 201, f"{path}: {told}"
        return told.document


def reckon_returns(product: Running, sent_back: list[SentBack], *, patience: float) -> Reckoning:
    """Drain, then compare what was promised with the books, the provider's journal and all
    invariants; for a product in which nothing but returns happened."""
    found = Reckoning()
    still = drain(product, found, patience=patience)
    found.hold(not still, f"After {patience} s there is still something under way: {still}")
    books, journal = product.driver("books"), product.provider.journal()
    found.plans, found.parts = len(books["plans"]), len(books["parts"])
    found.payouts = len(journal["payouts"])
    found.amount = sum(payout["amount"] for payout in journal["payouts"])
    promised = sum(one.estimate for one in sent_back)
    found.hold(found.amount == promised, f"{promised} were promised, {found.amount} were paid")
    found.hold(
        found.plans == books["cases"] == len(sent_back),
        f"{len(sent_back)} sent it back, {books['cases']} returns and {found.plans} plans stand",
    )
    unpaid = [status for status in books["plans"] if status != "completed"]
    found.hold(not unpaid, f"Not completed: {unpaid}")
    found.hold(not books["given_up"], f"{books['given_up']} deliveries or mails were given up")
    compare_payouts(found, books, journal)
    found.faults += product.driver("check")
    return found
