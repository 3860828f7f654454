"""What other apps' pages need to offer an export."""

from django import template
from django.http import QueryDict
from django.urls import reverse

from core.exports.policies import may_export
from core.web import CURSOR

register = template.Library()


@register.filter
def first_word(words: str) -> str:
    """Of words with commas between them."""
    return words.partition(",")[0].strip()


@register.simple_tag(takes_context=True)
def export_address(context, source: str, also: str = "") -> str:
    """Where this list is exported as the reader sees it now; empty for who may not export.

    also: what the address of the list does not say itself ("listing=shipped")
    """
    request = context.get("request")
    if request is None or may_export(request.actor):
        return ""
    asked = request.GET.copy()
    asked.pop(CURSOR, None)
    for name, values in QueryDict(also).lists():
        asked.setlist(name, values)
    asked["source"] = source
    address = reverse(f"{request.resolver_match.namespace}:export_new")
    return f"{address}?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def export_ticked_address(context) -> str:
    """Where ticked rows are exported; empty for who may not export."""
    request = context.get("request")
    if request is None or may_export(request.actor):
        return ""
    return reverse(f"{request.resolver_match.namespace}:export_new")
