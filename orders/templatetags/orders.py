"""What the order pages show of an order's own, and lend to others' pages."""

from django import template

from orders.presenters import OrderDetail, method_words
from orders.timeline import timeline_of

register = template.Library()


@register.inclusion_tag("orders/_timeline.html", takes_context=True)
def timeline(context, order):
    """`{% timeline order %}`: what happened, newest first, as the reader may know it."""
    return {"entries": timeline_of(_detail(context, order))}


@register.filter
def payment_method(method: str) -> str:
    """ "Credit card" for credit_card."""
    return str(method_words(method))


def _detail(context, order) -> OrderDetail:
    """The page's own, so that nothing is read twice; a new one on other pages."""
    detail = context.get("detail")
    if isinstance(detail, OrderDetail) and detail.order.pk == order.pk:
        return detail
    return OrderDetail(order, context["request"].actor)
