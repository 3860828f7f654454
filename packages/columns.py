"""What the Packages lists can show, and what they can be sorted by."""

from django.utils.translation import gettext_lazy as _

from core.lists.looks import ListColumn, register
from packages.tabs import Listing

LIST_NAMES = {
    Listing.ALL: "package_list",
    Listing.PREPARING: "package_preparing",
    Listing.SHIPPED: "package_shipped",
}
TO_PACK = "package_to_pack"

for listing, list_name in LIST_NAMES.items():
    due = _("Shipped") if listing == Listing.SHIPPED else _("Ship by")
    register(
        list_name,
        [
            ListColumn("package", _("Package"), always=True),
            ListColumn("items", _("Items")),
            ListColumn("pieces", _("Pieces"), default=False),
            ListColumn("recipient", _("Ship to")),
            ListColumn("delivery", _("Delivery")),
            ListColumn("invoice", _("Invoice")),
            ListColumn("placed", _("Ordered"), default=False),
            ListColumn("status", _("Status")),
            ListColumn("due", due),
        ],
    )
register(
    TO_PACK,
    [
        ListColumn("order", _("Order"), always=True),
        ListColumn("items", _("Waiting items")),
        ListColumn("pieces", _("Pieces")),
        ListColumn("recipient", _("Ship to")),
        ListColumn("due", _("Ship by")),
        ListColumn("actions", _("Actions"), always=True),
    ],
)

# The primary key, read from either end. What has to be sent stands in the order of its deadlines.
SORTS = {"newest": ("-id",), "oldest": ("id",)}
