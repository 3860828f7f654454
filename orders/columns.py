"""What the Orders lists can show, and what they can be sorted by."""

from django.utils.translation import gettext_lazy as _

from core.lists.looks import ListColumn, register
from orders.querysets import LIST_ORDER

ORDER_LIST = "order_list"

register(
    ORDER_LIST,
    [
        ListColumn("order", _("Order"), always=True),
        ListColumn("placed", _("Placed")),
        ListColumn("customer", _("Customer")),
        ListColumn("sellers", _("Sellers"), owner_only=True),
        ListColumn("channel", _("Sales channel"), default=False),
        ListColumn("pieces", _("Pieces"), default=False),
        ListColumn("ship_by", _("Ship by"), default=False),
        ListColumn("status", _("Status")),
        ListColumn("request", _("Request")),
        ListColumn("due", _("Answer due")),
        ListColumn("updated", _("Updated"), default=False),
        ListColumn("total", _("Total")),
    ],
)

# One index serves both, read from either end. Not by total: amounts in several currencies have no
# order. What is due stands in order in the lists of requests and of packages.
SORTS = {"newest": LIST_ORDER, "oldest": tuple(name.lstrip("-") for name in LIST_ORDER)}
