"""What other apps' pages need to offer an export."""

from django import template
from django.urls import reverse

from core.exports.addresses import address_of_export
from core.exports.policies import may_export

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
    return "" if request is None else address_of_export(request, source, also)


@register.simple_tag(takes_context=True)
def export_ticked_address(context) -> str:
    """Where ticked rows are exported; empty for who may not export."""
    request = context.get("request")
    if request is None or may_export(request.actor):
        return ""
    return reverse(f"{request.resolver_match.namespace}:export_new")
