"""What the pages of orders show of transactions: the bar over the products, and its boxes."""

from collections.abc import Iterable

from django import template
from django.urls import reverse

from cancellations.presenters import Cancellation
from core.web import form_key_input
from marketplace.aftersales.answers import Choices, silence_words
from marketplace.aftersales.credit import credits_of
from marketplace.aftersales.forms import AnswerForm
from marketplace.aftersales.of_order import Asked, asked_of
from marketplace.aftersales.still_possible import NOTHING, StillPossible, still_possible
from marketplace.aftersales.transactions import offered_to
from orders.models import Order
from orders.presenters import OrderDetail, ProductRow
from orders.presenters.cards import OrderCard

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


@register.simple_tag(takes_context=True)
def possible_of_cards(context, cards: Iterable[OrderCard]) -> dict[int, StillPossible]:
    """`{% possible_of_cards cards as possible %}`: what the customer may still ask for of each
    order; `possible|of_order:order` is one of them."""
    items = [item for card in cards for item in card.items]
    return still_possible(items, context["request"].actor)


@register.simple_tag
def possible_of_order(detail: OrderDetail) -> StillPossible:
    """`{% possible_of_order detail as asking %}`: of the order that the page shows."""
    return of_order(still_possible(detail.items, detail.actor), detail.order)


@register.simple_tag(takes_context=True)
def asked_of_order(context, order: Order) -> Asked:
    """`{% asked_of_order order as asked %}`: its cancellations and returns, as the reader may see
    them."""
    return asked_of(order, context["request"].actor)


@register.filter
def of_order(possible: dict[int, StillPossible], order: Order) -> StillPossible:
    return possible.get(order.pk, NOTHING)


@register.inclusion_tag("aftersales/_store_credit.html", takes_context=True)
def store_credit(context):
    """`{% store_credit %}`: what the customer has to spend, where it is something."""
    return {"credits": credits_of(context["request"].actor)}


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
