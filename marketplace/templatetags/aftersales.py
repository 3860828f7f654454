"""What the pages of orders show of transactions: the bar over the products, and its boxes."""

from django import template
from django.urls import reverse

from marketplace.aftersales.transactions import offered_to
from orders.models import Order
from orders.presenters import ProductRow

register = template.Library()


@register.simple_tag(takes_context=True)
def transactions_offered(context) -> list:
    """`{% transactions_offered as transactions %}`: none for whom nothing may be applied."""
    return list(offered_to(context["request"].actor))


@register.simple_tag(takes_context=True)
def transaction_url(context, order: Order) -> str:
    """Where *Apply* leads, on this reader's surface."""
    surface = context["request"].resolver_match.namespace
    return reverse(f"{surface}:order_transaction", args=[order.number])


@register.filter
def item_ids(row: ProductRow) -> str:
    """The items behind a row of the products, for its box."""
    return "-".join(str(item.pk) for item in row.items)
