"""Where lists are exported."""

from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest

from core.cells import address
from core.exports.policies import may_export
from core.web import CURSOR


def address_of_export(request: HttpRequest, source: str, also: str = "") -> str:
    """Where this list is exported as the reader sees it now; empty for who may not export.

    also: what the address of the list does not say itself ("listing=shipped")
    """
    if may_export(request.actor):
        return ""
    told = dict(parse_qsl(also))
    asked = {name: values for name, values in request.GET.lists() if name != CURSOR}
    asked |= told | {"source": source}
    return f"{address(f'{request.resolver_match.namespace}:export_new')}?{urlencode(asked, True)}"
