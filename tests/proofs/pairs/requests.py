"""Asking, rejecting, answering, withdrawing, overruling, and silence."""

from tests.proofs import acts, scenes
from tests.proofs.pairs.meeting import ASKED, CANCELLED, handled_once, pair

ASKING = [
    pair(
        "cancel, cancel the same unit",
        *(scenes.placed, acts.ask, acts.ask),
        f"done + not_cancellable = {ASKED}",
        f"not_cancellable + done = {ASKED}",
    ),
    pair(
        "cancel by the customer, by the owner",
        *(scenes.placed, acts.ask, acts.owner_cancels),
        f"done + not_cancellable = {ASKED}",
        f"not_cancellable + done = {ASKED}",
    ),
    pair(
        "cancel one of three, and one of three",
        *(scenes.placed_three, acts.ask_for_one, acts.ask_for_one),
        "done + done = waiting_packaging waiting_packaging waiting_packaging"
        "/waiting waiting/waiting waiting",
    ),
    pair(
        "cancel two of three, and two of three",
        *(scenes.placed_three, acts.ask_for_two, acts.ask_for_two),
        "done + quantity_not_left = waiting_packaging waiting_packaging/waiting/waiting",
        "quantity_not_left + done = waiting_packaging waiting_packaging/waiting/waiting",
    ),
    pair(
        "cancel, reject by the seller",
        *(scenes.placed, acts.ask, acts.seller_rejects),
        f"done + not_cancellable = {ASKED}",
        f"not_cancellable + done = {CANCELLED}",
    ),
    pair(
        "cancel, reject by the owner",
        *(scenes.placed, acts.ask, acts.owner_rejects),
        f"done + not_cancellable = {ASKED}",
        f"not_cancellable + done = {CANCELLED}",
    ),
    pair(
        "reject by the seller, by the owner",
        *(scenes.placed, acts.seller_rejects, acts.owner_rejects),
        f"done + not_cancellable = {CANCELLED}",
        f"not_cancellable + done = {CANCELLED}",
    ),
    pair(
        "reject, reject by a second click",
        *(scenes.packed, acts.seller_rejects, acts.seller_rejects),
        f"done + not_cancellable = {CANCELLED}",
        f"not_cancellable + done = {CANCELLED}",
    ),
]

ANSWERING = [
    pair(
        "evaluate, evaluate",
        *(scenes.asked, acts.evaluate, acts.evaluate),
        f"done + done = {CANCELLED}",
    ),
    pair(
        "evaluate, withdraw",
        *(scenes.asked, acts.evaluate, acts.withdraw),
        f"done + not_decidable = {CANCELLED}",
        "done + done = waiting_packaging/withdrawn/void",
    ),
    pair(
        "evaluate, reject the request by the owner",
        *(scenes.asked, acts.evaluate, acts.owner_says_no),
        f"done + not_decidable = {CANCELLED}",
        "done + done = waiting_packaging/rejected/void",
    ),
    pair(
        "approve, reject by the seller twice over",
        *(scenes.held, acts.seller_says_yes, acts.seller_says_no),
        f"done + not_decidable = {CANCELLED}",
        "not_decidable + done = preparing/rejected/void",
    ),
    pair(
        "approve by the seller, reject by the owner",
        *(scenes.held, acts.seller_says_yes, acts.owner_says_no),
        f"done + not_decidable = {CANCELLED}",
        "not_decidable + done = preparing/rejected/void",
    ),
    pair(
        "approve, approve by a second click",
        *(scenes.held, acts.seller_says_yes, acts.seller_says_yes),
        f"done + not_decidable = {CANCELLED}",
        f"not_decidable + done = {CANCELLED}",
    ),
    pair(
        "approve, withdraw",
        *(scenes.held, acts.seller_says_yes, acts.withdraw),
        f"done + not_decidable = {CANCELLED}",
        "not_decidable + done = preparing/withdrawn/void",
    ),
    pair(
        "reject the request, withdraw",
        *(scenes.held, acts.seller_says_no, acts.withdraw),
        "done + not_decidable = preparing/rejected/void",
        "not_decidable + done = preparing/withdrawn/void",
    ),
    pair(
        "withdraw, withdraw by a second click",
        *(scenes.held, acts.withdraw, acts.withdraw),
        "done + not_decidable = preparing/withdrawn/void",
        "not_decidable + done = preparing/withdrawn/void",
    ),
    pair(
        "reject the request, silence approves",
        *(scenes.silent, acts.seller_says_no, acts.silence),
        "done + done = preparing/rejected/void",
        f"not_decidable + done = {CANCELLED}",
    ),
    pair(
        "approve, silence rejects",
        *(scenes.silent_rejects, acts.seller_says_yes, acts.silence),
        f"done + done = {CANCELLED}",
        "not_decidable + done = preparing/rejected/void",
    ),
    pair(
        "withdraw, silence approves",
        *(scenes.silent, acts.withdraw, acts.silence),
        "done + done = preparing/withdrawn/void",
        f"not_decidable + done = {CANCELLED}",
    ),
    pair(
        "silence, silence by a second beat",
        *(scenes.silent, acts.silence, acts.silence),
        f"done + done = {CANCELLED}",
        afterwards=handled_once,
    ),
    pair(
        "overrule, overrule",
        *(scenes.turned_down, acts.owner_overrules, acts.owner_overrules),
        "done + not_decidable = cancelled/approved/approved void",
        "not_decidable + done = cancelled/approved/approved void",
    ),
    pair(
        "overrule, cancel again",
        *(scenes.turned_down, acts.owner_overrules, acts.ask),
        "done + not_cancellable = cancelled/approved/approved void",
        "not_cancellable + done = preparing/rejected waiting/void waiting",
    ),
]
