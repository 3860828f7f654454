"""What a status looks like: a tone, an icon and words, for every status code of the product.

The one place that knows: pages, parts and mails ask here. A code means the same thing wherever
it stands (an item and its package "shipped" look alike), so codes need no kind.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Look(NamedTuple):
    tone: str
    icon: str
    label: str | Promise


LOOKS: dict[str, Look] = {
    # Items, packages, orders: progress that needs nobody stays quiet
    "waiting_packaging": Look("plain", "circle-dashed", _("Waiting packaging")),
    "preparing": Look("info", "package-open", _("Preparing")),
    "ready_to_ship": Look("info", "package-check", _("Ready to ship")),
    "shipped": Look("accent", "truck", _("Shipped")),
    "delivered": Look("success", "circle-check", _("Delivered")),
    "delivery_failed": Look("danger", "triangle-alert", _("Delivery failed")),
    "cancelled": Look("neutral", "ban", _("Cancelled")),
    "returned": Look("neutral", "undo-2", _("Returned")),
    # Requests and plans
    "waiting": Look("warning", "hourglass", _("Waiting")),
    "approved": Look("info", "check", _("Approved")),
    "processing": Look("info", "refresh-cw", _("Processing")),
    "completed": Look("success", "circle-check", _("Completed")),
    "rejected": Look("danger", "x", _("Rejected")),
    "withdrawn": Look("neutral", "undo", _("Withdrawn")),
    "failed": Look("danger", "triangle-alert", _("Failed")),
    "void": Look("neutral", "circle-slash", _("Void")),
    "disputed": Look("danger", "scale", _("In dispute")),
    "escalated": Look("danger", "flag", _("Escalated")),
    "settled": Look("success", "handshake", _("Keeps it, partly refunded")),
    "closed": Look("neutral", "calendar-x", _("Closed")),
    # Goods on their way back
    "awaited": Look("warning", "package-open", _("To be sent")),
    "sent_back": Look("info", "send", _("On its way back")),
    "partly_received": Look("info", "package-check", _("Partly received")),
    "received": Look("info", "package-check", _("Received")),
    "never_came": Look("neutral", "calendar-x", _("Never came")),
    # What a list says about an order's requests
    "cancel_requested": Look("warning", "hourglass", _("Cancel requested")),
    "return_requested": Look("warning", "hourglass", _("Return requested")),
    "do_not_hand_over": Look("neutral", "package-x", _("Do not hand over")),
    "goods_on_the_way": Look("info", "undo-2", _("Goods on the way")),
    "refunded": Look("success", "check", _("Refunded")),
    # Payments and attempts to pay back
    "captured": Look("success", "circle-check", _("Captured")),
    "authorised": Look("warning", "hourglass", _("Authorised")),
    "intended": Look("info", "clock", _("About to be sent")),
    "sending": Look("info", "send", _("Sending")),
    "pending": Look("info", "clock", _("Pending")),
    "unknown": Look("warning", "circle-question-mark", _("Outcome unknown")),
    "succeeded": Look("success", "circle-check", _("Paid")),
    # Long work, mails
    "queued": Look("plain", "clock", _("Queued")),
    "running": Look("info", "refresh-cw", _("Running")),
    "ready": Look("success", "circle-check", _("Ready")),
    "done": Look("success", "circle-check", _("Done")),
    "finished": Look("success", "circle-check", _("Finished")),
    "expired": Look("neutral", "calendar-x", _("Expired")),
    "sent": Look("success", "check", _("Sent")),
    # People, sellers, tokens, reasons
    "active": Look("success", "circle-check", _("Active")),
    "inactive": Look("neutral", "circle-pause", _("Not active")),
    "suspended": Look("danger", "circle-pause", _("Suspended")),
    "revoked": Look("neutral", "ban", _("Revoked")),
    "invited": Look("info", "mail", _("Invited")),
}


def look_of(status: str) -> Look:
    """The look of a status code; a code nobody described stays readable, in neutral."""
    known = LOOKS.get(status)
    if known:
        return known
    words = status.replace("_", " ").strip()
    return Look("neutral", "circle", words[:1].upper() + words[1:])
