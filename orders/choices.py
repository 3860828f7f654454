"""The tabs of the Orders lists, and what may be asked about an order: words, and rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import OrderStatus


class Tab(models.TextChoices):
    """The tabs of an Orders list. A failed delivery is still on its way: it is under Shipped."""

    ACTION_NEEDED = "action_needed", _("Action needed")
    WAITING_PACKAGING = "waiting_packaging", _("Waiting packaging")
    PREPARING = "preparing", _("Preparing")
    READY_TO_SHIP = "ready_to_ship", _("Ready to ship")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    ENDED = "cancelled_returned", _("Cancelled / Returned")


class Request(models.TextChoices):
    """What is asked or decided about an order that somebody must know of."""

    WAITING = "waiting", _("Waiting for an answer")
    CANCEL = "cancel_requested", _("Cancel requested")
    RETURN = "return_requested", _("Return requested")
    HELD_BACK = "do_not_hand_over", _("Do not hand over")


# How people write them after `request:`.
REQUEST_WORDS = {
    "waiting": Request.WAITING,
    "cancel": Request.CANCEL,
    "return": Request.RETURN,
    "do_not_hand_over": Request.HELD_BACK,
}

STATUSES_OF_TAB = {
    Tab.WAITING_PACKAGING: [OrderStatus.WAITING_PACKAGING],
    Tab.PREPARING: [OrderStatus.PREPARING],
    Tab.READY_TO_SHIP: [OrderStatus.READY_TO_SHIP],
    Tab.SHIPPED: [OrderStatus.SHIPPED, OrderStatus.DELIVERY_FAILED],
    Tab.DELIVERED: [OrderStatus.DELIVERED],
}


def in_tab(orders, tab: str):
    """The rows of an Orders list (orders or seller orders) under one tab; all for no tab."""
    if not tab:
        return orders
    if tab == Tab.ACTION_NEEDED:
        return orders.needing_action()
    if tab == Tab.ENDED:
        return orders.cancelled_or_returned()
    return orders.in_status(*STATUSES_OF_TAB[Tab(tab)])


def with_request(orders, request: str):
    """The rows about which this is asked or decided."""
    match request:
        case Request.WAITING:
            return orders.waiting_for_answer()
        case Request.CANCEL:
            return orders.waiting_for_answer("cancel")
        case Request.RETURN:
            return orders.waiting_for_answer("return")
        case Request.HELD_BACK:
            return orders.held_back()
    return orders
