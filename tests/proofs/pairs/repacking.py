"""Packages packed differently, sent otherwise and invoiced, against each other and the rest."""

from tests.proofs.pairs.bench import (
    apart,
    bench,
    cancel,
    deliver,
    invoice,
    invoice_again,
    invoiced,
    make_ready,
    make_target_ready,
    move,
    move_bowls,
    move_some,
    on_its_way,
    pack,
    send_with_jo,
    send_with_may,
    ship,
    split,
    together,
    unpacked,
)

SPLIT = "1 preparing 2 preparing / preparing / preparing"
MOVED = "3 preparing / cancelled / preparing"

REPACKING = [
    bench(
        "pack the mugs, cancel them",
        *(unpacked, pack, cancel),
        "done + done = 3 cancelled / cancelled",
        "not_packable + done = 3 cancelled",
    ),
    bench(
        "ship a package, cancel some of it",
        *(together, ship, cancel),
        "done + not_cancellable = 3 shipped / shipped",
        "cancellation_waiting + done = 3 cancelled / preparing",
        # Answered before the parcel's turn came: it leaves without the mugs.
        "done + done = 3 cancelled / shipped",
    ),
    bench(
        "split, split",
        *(together, split, split),
        f"done + quantity_not_left = {SPLIT}",
        f"quantity_not_left + done = {SPLIT}",
    ),
    bench(
        "split, cancel",
        *(together, split, cancel),
        f"done + quantity_not_left = {SPLIT}",
        "request_waiting + done = 3 cancelled / preparing",
        "unknown_item + done = 3 cancelled / preparing",
    ),
    bench(
        "split, make ready",
        *(together, split, make_ready),
        "done + done = 1 ready_to_ship 2 preparing / ready_to_ship / preparing",
        "not_repackable + done = 3 ready_to_ship / ready_to_ship",
    ),
    bench(
        "split, ship",
        *(together, split, ship),
        "done + done = 1 shipped 2 preparing / shipped / preparing",
        "not_repackable + done = 3 shipped / shipped",
    ),
    bench(
        "split, move",
        *(apart, split, move),
        f"done + quantity_not_left = {SPLIT} / preparing",
        f"not_repackable + done = {MOVED}",
    ),
    bench(
        "move, cancel",
        *(apart, move, cancel),
        "done + done = 3 cancelled / cancelled / preparing",
        "request_waiting + done = 3 cancelled / cancelled / preparing",
        "not_repackable + done = 3 cancelled / cancelled / preparing",
        "unknown_item + done = 3 cancelled / cancelled / preparing",
    ),
    bench(
        "move, move by a second click",
        *(apart, move, move),
        f"done + not_repackable = {MOVED}",
        f"not_repackable + done = {MOVED}",
    ),
    bench(
        "move, move the other way",
        *(apart, move, move_bowls),
        f"done + not_repackable = {MOVED}",
        "not_repackable + done = 3 preparing / preparing / cancelled",
    ),
    bench(
        "move, ship",
        *(apart, move, ship),
        f"done + invalid_transition = {MOVED}",
        "not_repackable + done = 3 shipped / shipped / preparing",
    ),
    bench(
        "move some, ship",
        *(apart, move_some, ship),
        "done + done = 1 shipped 2 preparing / shipped / preparing",
        "not_repackable + done = 3 shipped / shipped / preparing",
    ),
    bench(
        "move some, make ready where they go",
        *(apart, move_some, make_target_ready),
        "done + done = 1 preparing 2 ready_to_ship / preparing / ready_to_ship",
        "not_repackable + done = 3 preparing / preparing / ready_to_ship",
    ),
    bench(
        "change the carrier, change it otherwise",
        *(together, send_with_jo, send_with_may),
        "done + done = 3 preparing / preparing Jo",
        "done + done = 3 preparing / preparing May",
    ),
    bench(
        "change the carrier, ship",
        *(together, send_with_jo, ship),
        "done + done = 3 shipped / shipped Jo",
        "not_changeable + done = 3 shipped / shipped",
    ),
    bench(
        "give an invoice, ship",
        *(together, invoice, ship),
        "done + done = 3 shipped / shipped F-1",
    ),
    bench(
        "give an invoice, another one",
        *(together, invoice, invoice_again),
        "done + done = 3 preparing / preparing F-1",
        "done + done = 3 preparing / preparing F-2",
    ),
    bench(
        "give an invoice, deliver",
        *(on_its_way, invoice, deliver),
        "done + done = 3 delivered / delivered F-1",
    ),
    bench(
        "replace an invoice, deliver",
        *(invoiced, invoice_again, deliver),
        "done + done = 3 delivered / delivered F-2",
        "not_invoiceable + done = 3 delivered / delivered F-1",
    ),
    bench(
        "give an invoice, cancel",
        *(apart, invoice, cancel),
        "done + done = 3 cancelled / cancelled F-1 / preparing",
        "not_invoiceable + done = 3 cancelled / cancelled / preparing",
    ),
]
