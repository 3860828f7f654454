"""The reasons a new marketplace starts with; the owner edits them afterwards."""

from django.apps import apps as installed

# kind, code, text, fault, who may pick it (c customer, s seller, o owner, y system)
REASONS = [
    ("cancel", "changed_mind", "I changed my mind", "customer", "co"),
    ("cancel", "ordered_too_many", "Ordered too many", "customer", "co"),
    ("cancel", "ordered_by_mistake", "Ordered by mistake", "customer", "co"),
    ("cancel", "found_cheaper", "Found it cheaper elsewhere", "customer", "co"),
    ("cancel", "delivery_too_slow", "Delivery takes too long", "seller", "co"),
    ("cancel", "wrong_address", "Wrong address or payment", "customer", "co"),
    ("cancel", "out_of_stock", "Out of stock", "seller", "so"),
    ("cancel", "wrong_price", "Wrong price or listing", "seller", "so"),
    (
        "cancel",
        "cannot_deliver",
        "Cannot be delivered to this address",
        "carrier",
        "so",
    ),
    ("cancel", "customer_asked", "The customer asked for it", "customer", "so"),
    ("cancel", "suspected_fraud", "Suspected fraud", "customer", "o"),
    ("cancel", "ship_by_missed", "Not shipped in time", "seller", "y"),
    ("cancel", "unknown", "Not known (imported)", "marketplace", "y"),
    ("return", "not_as_described", "Not as described", "seller", "co"),
    ("return", "arrived_damaged", "Arrived damaged", "carrier", "co"),
    ("return", "wrong_item", "Wrong item received", "seller", "co"),
    ("return", "does_not_fit", "Does not fit", "customer", "co"),
    ("return", "no_longer_needed", "No longer needed", "customer", "co"),
    ("return", "delivery_failed", "Could not be delivered", "carrier", "oy"),
    ("return", "unknown", "Not known (imported)", "marketplace", "y"),
    ("return", "part_missing", "A part is missing", "seller", "co"),
    ("rejection", "used", "Used or without its packaging", "customer", "so"),
    ("rejection", "damaged_by_customer", "Damaged after delivery", "customer", "so"),
    ("rejection", "not_ours", "Not what we sold", "customer", "so"),
    ("rejection", "as_described", "It is as described", "customer", "so"),
    (
        "rejection",
        "cannot_be_returned",
        "Cannot be returned (hygiene, made to order)",
        "customer",
        "so",
    ),
]
# Whoever says so shows it.
NEED_EVIDENCE = {"arrived_damaged", "used", "damaged_by_customer", "not_ours"}


def ensure_reasons(apps=installed) -> None:
    """Add the default reasons that are missing; change none that is there."""
    Reason = apps.get_model("orders", "Reason")
    there = set(Reason.objects.values_list("kind", "code"))
    Reason.objects.bulk_create(
        Reason(
            kind=kind,
            code=code,
            text=text,
            fault=fault,
            shipping_paid_by=fault,
            for_customer="c" in pickers,
            for_seller="s" in pickers,
            for_owner="o" in pickers,
            for_system="y" in pickers,
            needs_evidence=code in NEED_EVIDENCE,
            needs_goods_back=kind == "return",
            sort_order=(position + 1) * 10,
        )
        for position, (kind, code, text, fault, pickers) in enumerate(REASONS)
        if (kind, code) not in there
    )
