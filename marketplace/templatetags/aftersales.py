"""What the pages of orders show of transactions: the bar over the products, and its boxes."""

from django import template
from django.urls import reverse

from cancellations.presenters import Cancellation
from core.web import form_key_input
from marketplace.aftersales.answers import Choices, silence_words
from marketplace.aftersales.forms import AnswerForm
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


@register.inclusion_tag("aftersales/_answer_panel.html", takes_context=True)
def answer_form(context, cancellation: Cancellation):
    """`{% answer_form cancellation %}`: for the order's Cancellation/Return tab, what this reader
    may answer there; nothing where they may not, or it is answered."""
    request = context["request"]
    choices = Choices.of(cancellation.request, request.actor)
    if not (choices.answers or choices.overrules):
        return {"choices": None}
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "case": cancellation.case,
        "cancellation": cancellation,
        "choices": choices,
        "form": AnswerForm(entries=choices.entries),
        "form_key_input": form_key_input(),
        "silence": silence_words(cancellation),
        "back": "order",
    }
