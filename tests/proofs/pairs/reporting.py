"""What carriers tell, against what people do at the same moment and against each other."""

from tests.proofs.pairs.bench import (
    bench,
    cancel,
    deliver,
    not_handed_over,
    on_its_way,
    report_delivered,
    report_failed,
    report_shipped,
    ship,
    split,
    together,
)

SHIPPED = "3 shipped / shipped"
DELIVERED = "3 delivered / delivered"

REPORTING = [
    bench(
        "reported shipped, ship",
        *(together, report_shipped, ship),
        f"done + done = {SHIPPED}",
        f"done + invalid_transition = {SHIPPED}",
    ),
    bench(
        "reported shipped, split",
        *(together, report_shipped, split),
        f"done + not_repackable = {SHIPPED}",
        "done + done = 1 shipped 2 preparing / shipped / preparing",
    ),
    bench(
        "reported shipped, cancel",
        *(together, report_shipped, cancel),
        f"done + not_cancellable = {SHIPPED}",
        f"done + done = {SHIPPED}",  # it left while the request waited: too late
        "done + done = 3 cancelled / shipped",
    ),
    bench(
        "reported delivered, cancel",
        *(together, report_delivered, cancel),
        f"done + not_cancellable = {DELIVERED}",
        f"done + done = {DELIVERED}",
        "done + done = 3 cancelled / delivered",
    ),
    bench(
        "reported delivered, ship",
        *(together, report_delivered, ship),
        f"done + invalid_transition = {DELIVERED}",
        f"done + done = {DELIVERED}",
    ),
    bench(
        "reported delivered, the same message again",
        *(on_its_way, report_delivered, report_delivered),
        f"done + done = {DELIVERED}",
    ),
    bench(
        "reported delivered, deliver",
        *(on_its_way, report_delivered, deliver),
        f"done + done = {DELIVERED}",
        f"done + invalid_transition = {DELIVERED}",
    ),
    bench(
        "reported delivered, reported failed",
        *(on_its_way, report_delivered, report_failed),
        f"done + done = {DELIVERED}",
    ),
    bench(
        "reported failed, deliver",
        *(on_its_way, report_failed, deliver),
        f"done + done = {DELIVERED}",
    ),
    bench(
        "reported delivered after all, ship again",
        *(not_handed_over, report_delivered, ship),
        f"done + invalid_transition = {DELIVERED}",
        f"done + done = {DELIVERED}",
    ),
]
