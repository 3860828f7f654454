"""JSON in and out: strict where it comes in, fast where it goes out."""

import json
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import InvalidInput

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def to_json(data: Any) -> bytes:
    """The answer's exact bytes."""
    return orjson.dumps(data, default=_plain, option=OPTIONS)


def canonical(data: Any) -> bytes:
    """The same content gives the same bytes, in whatever order its keys came."""
    try:
        return orjson.dumps(data, default=_plain, option=OPTIONS | orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a number beyond 64 bits, which a rule will refuse
        return json.dumps(data, default=_plain, sort_keys=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Promise | Decimal):
        return str(value)
    if isinstance(value, int):  # beyond 64 bits
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8, and says so nowhere

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return b"" if data is None else to_json(data)


class JSONAccepted(DefaultContentNegotiation):
    """Whoever accepts JSON in so many words, or anything, gets it without a comparison of media
    types; other wishes are looked into, and may be 406."""

    PLAIN = frozenset({"", "*/*", JSONRenderer.media_type})

    def select_renderer(self, request, renderers, format_suffix=None):
        if request.META.get("HTTP_ACCEPT", "") in self.PLAIN:
            for renderer in renderers:
                if type(renderer) is JSONRenderer:
                    return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)


class MalformedJson(ParseError):
    default_code = "malformed_json"


class DuplicateKey(InvalidInput):
    code = "duplicate_key"


class JSONParser(BaseParser):
    """Refuses what others guess at: NaN, lone surrogates, trailing text, the same key twice.

    Raises MalformedJson (with line and column), InvalidInput.
    """

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        raw = stream.body if hasattr(stream, "body") else stream.read()
        return parsed(raw)


def parsed(raw: bytes) -> Any:
    """The document in `raw`. Raises MalformedJson, InvalidInput."""
    try:
        orjson.loads(raw)
        found = json.loads(raw, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (orjson.JSONDecodeError, json.JSONDecodeError) as error:
        raise MalformedJson(
            _("This is not JSON: %(what)s at line %(line)s, column %(column)s.")
            % {"what": error.msg.partition(":")[0], "line": error.lineno, "column": error.colno}
        )
    except (RecursionError, ValueError) as error:
        raise MalformedJson(
            _("This JSON is nested too deep or holds a number too long.")
        ) from error
    if b"\\u0000" in raw:
        _refuse_nul(found)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DuplicateKey(_("The key “%(key)s” is given twice.") % {"key": twice})
    return found


def _refuse_constant(name: str):
    raise ValueError(name)


def _refuse_nul(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_nul(name)
            _refuse_nul(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_nul(inner)
    elif isinstance(value, str) and "\x00" in value:
        raise InvalidInput(_("Text may not hold the character U+0000."), code="nul_character")
