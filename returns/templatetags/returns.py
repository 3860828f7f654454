"""The panels and words that returns lend to pages."""

from collections.abc import Sequence

from django import template
from django.forms import BoundField
from django.template.defaultfilters import filesizeformat

from core.actors import Role
from orders.models import Case
from returns.forms.files import kept_name as name_of_kept
from returns.presenters import Return, steps_of, story_of

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


@register.inclusion_tag("returns/_my_returns.html")
def my_returns(returns: Sequence[Return], past: Sequence[Case]):
    """`{% my_returns asked.returns asked.past %}`: the customer's returns of an order."""
    return {"returns": returns, "past": past}


@register.inclusion_tag("returns/_panel.html", takes_context=True)
def return_panel(context, returns: Sequence[Return], past: Sequence[Case]):
    """`{% return_panel asked.returns asked.past %}`: those of an order, for seller and owner."""
    request = context["request"]
    return {
        "returns": returns,
        "past": past,
        "for_owner": request.actor.role is Role.OWNER,
        "request": request,
        "surface": request.resolver_match.namespace,
    }
