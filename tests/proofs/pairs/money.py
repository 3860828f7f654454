"""Paying back; and what comes in: orders, and programs with their tokens."""

from tests.proofs import acts, scenes
from tests.proofs.pairs.meeting import PAID, paid_once, pair, placed_once, revoked_once

PAYING = [
    pair(
        "execute, execute",
        *(scenes.approved, acts.execute, acts.execute),
        f"done + done = {PAID}",
        afterwards=paid_once,
    ),
    pair(
        "execute, reconcile what was paid",
        *(scenes.unknown_paid, acts.execute, acts.reconcile_all),
        f"done + done = {PAID}",
        afterwards=paid_once,
    ),
    pair(
        "reconcile, reconcile what was paid",
        *(scenes.unknown_paid, acts.reconcile_all, acts.reconcile_all),
        f"done + done = {PAID}",
        afterwards=paid_once,
    ),
    pair(
        "reconcile, reconcile what was never seen",
        *(scenes.unknown_unpaid, acts.reconcile_all, acts.reconcile_all),
        f"done + done = {PAID}",
        afterwards=paid_once,
    ),
    pair(
        "reconcile, the answer comes after all",
        *(scenes.unknown_paid, acts.reconcile_all, acts.late_answers),
        f"done + done = {PAID}",
        afterwards=paid_once,
    ),
    pair(
        "retry, retry by a second click",
        *(scenes.refused, acts.retry, acts.retry),
        "done + not_retryable = cancelled/approved/failed",
        "not_retryable + done = cancelled/approved/failed",
    ),
    pair(
        "retry, execute",
        *(scenes.refused, acts.retry, acts.execute),
        "done + done = cancelled/approved/failed",
        f"done + done = {PAID}",
    ),
    pair(
        "let the plan be paid, let it be void",
        *(scenes.asked, acts.let_plan_be_paid, acts.let_plan_be_void),
        "done + invalid_transition = waiting_packaging/waiting/approved",
        "invalid_transition + done = waiting_packaging/waiting/void",
    ),
    pair(
        "let the plan be paid, drop its line",
        *(scenes.asked, acts.let_plan_be_paid, acts.drop_its_line),
        "done + plan_decided = waiting_packaging/waiting/approved",
        "invalid_transition + done = waiting_packaging/waiting/void",
    ),
]

COMING_IN = [
    pair(
        "place an order, place it again",
        *(scenes.placed, acts.place_again, acts.place_again),
        "done + done = waiting_packaging/-/-",
        afterwards=placed_once,
    ),
    pair(
        "place an order, place another one of its number",
        *(scenes.placed, acts.place_again, acts.place_differently),
        "done + order_number_taken = waiting_packaging/-/-",
        "order_number_taken + done = waiting_packaging/-/-",
        afterwards=placed_once,
    ),
    pair(
        "revoke a token, call with it",
        *(scenes.with_token, acts.revoke, acts.call_with_token),
        "done + done = waiting_packaging/-/-",
        "done + token_not_valid = waiting_packaging/-/-",
        afterwards=revoked_once,
    ),
    pair(
        "revoke a token, revoke it",
        *(scenes.with_token, acts.revoke, acts.revoke),
        "done + done = waiting_packaging/-/-",
        afterwards=revoked_once,
    ),
]
