"""What the order pages show of an order's own, and lend to others' pages."""

from django import template

from orders.presenters import method_words

register = template.Library()


@register.filter
def payment_method(method: str) -> str:
    """ "Credit card" for credit_card."""
    return str(method_words(method))
