"""Where lists are exported."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from core.cells import address
from core.exports.policies import may_export
from core.web import CURSOR


def address_of_export(request: Any, source: str, also: str = "") -> str:
    """Where this list is exported as the reader sees it now; empty for who may not export.

    also: what the address of the list does not say itself ("listing=shipped")
    """
    if may_export(request.actor):
        return ""
    asked = {name: values for name, values in request.GET.lists() if name != CURSOR}
    told = dict(parse_qsl(also)) | {"source": source}
    where = address(f"{request.resolver_match.namespace}:export_new")
    return f"{where}?{urlencode(asked | told, True)}"
