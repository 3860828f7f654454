"""Packing and sending, against each other and against cancelling."""

from tests.proofs import acts, scenes
from tests.proofs.pairs.meeting import ASKED_PACKED, CANCELLED, SHIPPED, SHIPPED_AFTER_ALL, pair

SENDING = [
    pair(
        "pack, cancel",
        *(scenes.placed, acts.pack, acts.ask),
        f"done + done = {ASKED_PACKED}",
    ),
    pair(
        "pack, pack",
        *(scenes.placed, acts.pack, acts.pack),
        "done + not_packable = preparing/-/-",
        "not_packable + done = preparing/-/-",
    ),
    pair(
        "pack two of three, and two of three",
        *(scenes.placed_three, acts.pack_two, acts.pack_two),
        "done + quantity_not_left = preparing waiting_packaging/-/-",
        "quantity_not_left + done = preparing waiting_packaging/-/-",
    ),
    pair(
        "pack two of three, cancel one of three",
        *(scenes.placed_three, acts.pack_two, acts.ask_for_one),
        "done + done = preparing waiting_packaging/waiting/waiting",
    ),
    pair(
        "pack, evaluate",
        *(scenes.asked, acts.pack, acts.evaluate),
        f"done + done = {CANCELLED}",
        f"not_packable + done = {CANCELLED}",
    ),
    pair(
        "pack, reject by the seller",
        *(scenes.placed, acts.pack, acts.seller_rejects),
        f"done + done = {CANCELLED}",
        f"not_packable + done = {CANCELLED}",
    ),
    pair(
        "pack, reject by the owner",
        *(scenes.placed, acts.pack, acts.owner_rejects),
        "done + not_cancellable = preparing/-/-",
        f"not_packable + done = {CANCELLED}",
    ),
    pair(
        "make ready, evaluate",
        *(scenes.asked_packed, acts.make_ready, acts.evaluate),
        f"done + done = {CANCELLED}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "make ready, ship",
        *(scenes.packed, acts.make_ready, acts.ship),
        f"done + done = {SHIPPED}",
        f"invalid_transition + done = {SHIPPED}",
    ),
    pair(
        "ship, ship",
        *(scenes.packed, acts.ship, acts.ship),
        f"done + invalid_transition = {SHIPPED}",
        f"invalid_transition + done = {SHIPPED}",
    ),
    pair(
        "ship, cancel",
        *(scenes.packed, acts.ship, acts.ask),
        f"done + not_cancellable = {SHIPPED}",
        f"cancellation_waiting + done = {ASKED_PACKED}",
    ),
    pair(
        "ship anyway, cancel",
        *(scenes.packed, acts.ship_anyway, acts.ask),
        f"done + not_cancellable = {SHIPPED}",
        f"done + done = {SHIPPED_AFTER_ALL}",
    ),
    pair(
        "ship, reject by the seller",
        *(scenes.packed, acts.ship, acts.seller_rejects),
        f"done + not_cancellable = {SHIPPED}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "ship, evaluate",
        *(scenes.asked_packed, acts.ship, acts.evaluate),
        f"cancellation_waiting + done = {CANCELLED}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "ship anyway, evaluate",
        *(scenes.asked_packed, acts.ship_anyway, acts.evaluate),
        f"done + done = {SHIPPED_AFTER_ALL}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "ship anyway, approve",
        *(scenes.held, acts.ship_anyway, acts.seller_says_yes),
        f"done + not_decidable = {SHIPPED_AFTER_ALL}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "ship anyway, silence approves",
        *(scenes.silent, acts.ship_anyway, acts.silence),
        f"done + done = {SHIPPED_AFTER_ALL}",
        f"invalid_transition + done = {CANCELLED}",
    ),
    pair(
        "ship, withdraw",
        *(scenes.held, acts.ship, acts.withdraw),
        "done + done = shipped/withdrawn/void",
        "cancellation_waiting + done = preparing/withdrawn/void",
    ),
    pair(
        "ship anyway, withdraw",
        *(scenes.held, acts.ship_anyway, acts.withdraw),
        f"done + not_decidable = {SHIPPED_AFTER_ALL}",
        "done + done = shipped/withdrawn/void",
    ),
    pair(
        "ship, overrule",
        *(scenes.turned_down, acts.ship, acts.owner_overrules),
        f"done + not_cancellable = {SHIPPED_AFTER_ALL}",
        "invalid_transition + done = cancelled/approved/approved void",
    ),
    pair(
        "ship, deliver",
        *(scenes.packed, acts.ship, acts.deliver),
        "done + done = delivered/-/-",
        "invalid_transition + done = delivered/-/-",
    ),
    pair(
        "deliver, deliver",
        *(scenes.shipped, acts.deliver, acts.carrier_delivers),
        "done + invalid_transition = delivered/-/-",
        "invalid_transition + done = delivered/-/-",
    ),
    pair(
        "deliver, fail delivery",
        *(scenes.shipped, acts.deliver, acts.carrier_fails),
        "done + invalid_transition = delivered/-/-",
        "done + done = delivered/-/-",
    ),
    pair(
        "a carrier delivers what was never shipped, cancel",
        *(scenes.packed, acts.carrier_delivers, acts.ask),
        "done + not_cancellable = delivered/-/-",
        "done + done = delivered/rejected/void",
    ),
    pair(
        "a carrier delivers what was never shipped, evaluate",
        *(scenes.asked_packed, acts.carrier_delivers, acts.evaluate),
        "done + done = delivered/rejected/void",
        f"invalid_transition + done = {CANCELLED}",
    ),
]
