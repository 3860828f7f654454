"""The panels and words that returns lend to pages."""

from django import template
from django.forms import BoundField
from django.template.defaultfilters import filesizeformat

from core.actors import Role
from orders.models import Order
from returns.forms.files import kept_name as name_of_kept
from returns.presenters import returns_of, steps_of, story_of

register = template.Library()


@register.filter
def kept_name(field: BoundField) -> str:
    """The name under which files that are stored already go on with the form."""
    return name_of_kept(field)


@register.filter
def file_size(size: int) -> str:
    """ "1.8 MB"."""
    return filesizeformat(size)


register.filter("steps_of", steps_of)
register.filter("story_of", story_of)


@register.inclusion_tag("returns/_my_returns.html", takes_context=True)
def my_returns(context, order: Order):
    """`{% my_returns order %}`: the customer's returns of an order, newest first."""
    returns, past = returns_of(order, context["request"].actor)
    return {"returns": returns, "past": past}


@register.inclusion_tag("returns/_panel.html", takes_context=True)
def return_panel(context, order: Order):
    """`{% return_panel order %}`: the returns of an order, for seller and owner."""
    request = context["request"]
    returns, past = returns_of(order, request.actor)
    return {
        "returns": returns,
        "past": past,
        "for_owner": request.actor.role is Role.OWNER,
        "order": order,
        "request": request,
        "surface": request.resolver_match.namespace,
    }
