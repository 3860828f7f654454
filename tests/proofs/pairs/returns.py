"""Returns: asking, answering, offers, goods, disputes, and what is sent or given instead."""

from finance.credit import store_credit_of
from orders.models import Order, OrderItem
from refunds.models import RefundPlan
from tests.proofs import acts
from tests.proofs.pairs import desk
from tests.proofs.pairs.meeting import Pair, handled_once, paid_once, pair

ASKED = "delivered/waiting/-"
AWAITED = "delivered/approved/approved, goods awaited"
DISPUTED = "delivered/rejected/-, dispute open"
WITHDRAWN = "delivered/withdrawn/-"
KEPT = "delivered/approved/approved, offer accepted"
RECEIVED = "returned/approved/approved, goods received"
NEVER_CAME = "delivered/closed/void, goods never_came"
WON = "returned/approved/approved, dispute closed"


def given_once(scene: desk.Desk) -> None:
    """What was planned for one item is never more than what was paid for it."""
    plans = RefundPlan.objects.live().filter(order=scene.order)
    assert sum(plan.total for plan in plans) <= scene.order.captured
    for item in OrderItem.objects.filter(order=scene.order):
        assert item.refunded_product <= item.captured_product


def nothing_from_nothing(scene: desk.Desk) -> None:
    credit = store_credit_of(scene.order.customer_id).get("EUR", 0)
    spent = Order.objects.filter(number=f"{scene.order.number}-next").count()
    assert credit == 1100 - 600 * spent


def both(name: str, scene, first, second, *allowed: str) -> Pair:
    return pair(name, scene, first, second, *allowed, afterwards=given_once)


ASKING = [
    both(
        "return, return the same unit",
        *(desk.delivered, desk.ask, desk.ask),
        f"done + not_returnable = {ASKED}",
        f"not_returnable + done = {ASKED}",
    ),
    both(
        "return by the customer, by the owner",
        *(desk.delivered, desk.ask, desk.owner_asks),
        f"done + not_returnable = {ASKED}",
        f"not_returnable + done = {ASKED}",
    ),
    both(
        "return two of three, and two of three",
        *(desk.delivered_three, desk.ask_for_two, desk.ask_for_two),
        f"done + quantity_not_left = delivered {ASKED}",
        f"quantity_not_left + done = delivered {ASKED}",
    ),
    both(
        "return what could not be delivered, ship it again",
        *(desk.not_handed_over, desk.ask, desk.ship_again),
        "done + return_open = delivery_failed/waiting/-",
        "done + done = shipped/waiting/-",
    ),
    both(
        "return what is on its way, it is delivered",
        *(desk.shipped, desk.ask, desk.deliver),
        f"done + done = {ASKED}",
    ),
]

ANSWERING = [
    both(
        "approve a return, reject it",
        *(desk.asked, desk.approve, desk.reject),
        f"done + not_decidable = {AWAITED}",
        f"not_decidable + done = {DISPUTED}",
    ),
    both(
        "approve a return, approve it by a second click",
        *(desk.asked, desk.approve, desk.approve),
        f"done + not_decidable = {AWAITED}",
        f"not_decidable + done = {AWAITED}",
    ),
    both(
        "approve a return, withdraw it",
        *(desk.asked, desk.approve, desk.withdraw),
        f"done + not_decidable = {AWAITED}",
        f"not_decidable + done = {WITHDRAWN}",
    ),
    both(
        "reject a return, withdraw it",
        *(desk.asked, desk.reject, desk.withdraw),
        f"done + not_decidable = {DISPUTED}",
        f"not_decidable + done = {WITHDRAWN}",
    ),
    both(
        "approve a return, silence approves it",
        *(desk.silent, desk.approve, acts.silence),
        f"done + done = {AWAITED}",
        f"not_decidable + done = {AWAITED}",
    ),
    both(
        "reject a return, silence approves it",
        *(desk.silent, desk.reject, acts.silence),
        f"done + done = {DISPUTED}",
        f"not_decidable + done = {AWAITED}",
    ),
    pair(
        "silence about a return, by a second beat",
        *(desk.silent, acts.silence, acts.silence),
        f"done + done = {AWAITED}",
        afterwards=handled_once,
    ),
]

OFFERING = [
    both(
        "offer, approve",
        *(desk.asked, desk.offer, desk.approve),
        "done + done = delivered/approved/approved, offer withdrawn, goods awaited",
        f"not_decidable + done = {AWAITED}",
    ),
    both(
        "offer, offer by a second click",
        *(desk.asked, desk.offer, desk.offer),
        f"done + offer_not_possible = {ASKED}, offer open",
        f"offer_not_possible + done = {ASKED}, offer open",
    ),
    both(
        "take an offer, it lapses",
        *(desk.offered_long_ago, desk.accept, acts.silence),
        f"done + done = {KEPT}",
        f"offer_not_possible + done = {ASKED}, offer lapsed",
    ),
    both(
        "take an offer, decline it",
        *(desk.offered, desk.accept, desk.decline),
        f"done + offer_not_possible = {KEPT}",
        f"offer_not_possible + done = {ASKED}, offer declined",
    ),
    both(
        "take an offer, it is taken back",
        *(desk.offered, desk.accept, desk.take_offer_back),
        f"done + offer_not_possible = {KEPT}",
        f"offer_not_possible + done = {ASKED}, offer withdrawn",
    ),
    both(
        "take an offer, withdraw the request",
        *(desk.offered, desk.accept, desk.withdraw),
        f"done + not_decidable = {KEPT}",
        f"offer_not_possible + done = {WITHDRAWN}, offer declined",
    ),
    both(
        "take an offer, the return is approved",
        *(desk.offered, desk.accept, desk.approve),
        f"done + not_decidable = {KEPT}",
        "offer_not_possible + done = delivered/approved/approved, offer withdrawn, goods awaited",
    ),
]

GOODS = [
    both(
        "receive goods, receive them by a second click",
        *(desk.awaited, desk.receive_it, desk.receive_it),
        f"done + more_than_expected = {RECEIVED}",
        f"more_than_expected + done = {RECEIVED}",
    ),
    both(
        "receive goods, they are not waited for any more",
        *(desk.never_sent, desk.receive_it, acts.silence),
        f"done + done = {RECEIVED}",
        "done + done = delivered/closed/void, goods received",  # without a refund
    ),
    both(
        "send goods, they are not waited for any more",
        *(desk.never_sent, desk.send, acts.silence),
        "done + done = delivered/approved/approved, goods sent",
        f"not_under_way + done = {NEVER_CAME}",
    ),
    both(
        "deduct, silence confirms",
        *(desk.damaged_long_ago, desk.keep_some, acts.silence),
        f"done + done = {RECEIVED}",
        f"plan_decided + done = {RECEIVED}",
    ),
    both(
        "deduct, deduct by a second click",
        *(desk.damaged, desk.keep_some, desk.keep_some),
        f"done + plan_decided = {RECEIVED}",
        f"plan_decided + done = {RECEIVED}",
    ),
    both(
        "deduct, pay",
        *(desk.damaged, desk.keep_some, desk.pay),
        f"done + done = {RECEIVED}",
        "done + done = returned/approved/completed, goods received",
    ),
]

DISPUTING = [
    both(
        "decide, decide by a second click",
        *(desk.stated, desk.decide_full, desk.decide_full),
        f"done + not_in_dispute = {WON}",
        f"not_in_dispute + done = {WON}",
    ),
    both(
        "decide all, decide nothing",
        *(desk.stated, desk.decide_full, desk.decide_none),
        f"done + not_in_dispute = {WON}",
        "not_in_dispute + done = delivered/rejected/-, dispute decided",
    ),
    both(
        "decide, the customer tells their side",
        *(desk.rejected, desk.decide_full, desk.state),
        f"done + not_in_dispute = {WON}",
        f"done + done = {WON}",
    ),
    both(
        "appeal, the decision becomes final",
        *(desk.decided, desk.appeal_it, acts.silence),
        "done + done = delivered/rejected/-, dispute appealed",
        "no_appeal + done = delivered/rejected/-, dispute closed",
    ),
]

INSTEAD = [
    both(
        "pack what is sent in exchange, cancel it",
        *(desk.exchanged, desk.pack_anew, desk.cancel_anew),
        "done + done = preparing returned/approved waiting/waiting, goods received",
    ),
    pair(
        "pay as store credit, by two workers",
        *(desk.credited, desk.pay, desk.pay),
        "done + done = returned/approved/completed, goods received",
    ),
    pair(
        "pay as store credit, spend it",
        *(desk.credited, desk.pay, desk.spend),
        "done + done = returned/approved/completed, goods received",
        "done + store_credit_not_left = returned/approved/completed, goods received",
        afterwards=nothing_from_nothing,
    ),
    pair(
        "pay a return, pay it by a second worker",
        *(desk.kept, desk.pay, desk.pay),
        "done + done = delivered/approved/completed, offer accepted",
        afterwards=paid_once,
    ),
]

RETURNING = [*ASKING, *ANSWERING, *OFFERING, *GOODS, *DISPUTING, *INSTEAD]
