"""Tags of whole pages: addresses, scripts, and parts that are kept (a builtin library)."""

from collections.abc import Hashable
from functools import cache, partial

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from js_asset.js import ImportMap

from core import cells
from core.jinja import write_part

register = template.Library()

SCRIPTS = (
    *("copy", "countdowns", "dialogs", "downloads", "explained", "file_columns", "menus"),
    *("palette", "poll", "presses", "printing", "row_menu"),
    *("quantity", "reveal", "selection", "shortcuts", "theme", "toasts"),
)
MOST_KEPT = 1024  # parts of pages, in each process

_kept: dict[tuple, SafeString] = {}


@register.simple_tag(takes_context=True)
def kept(context, template_name: str, *depends_on: Hashable | list) -> SafeString:
    """`{% kept "layouts/_menu.html" navigation %}`: an include that each process renders once for
    each language and each value of what it depends on.

    Only for parts that show nothing else: nobody's name, no token, no moment.
    """
    words = tuple(tuple(word) if isinstance(word, list) else word for word in depends_on)
    key = (template_name, get_language(), words)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        part = context.template.engine.get_template(template_name)
        with context.push():
            found = _kept[key] = part.render(context)
    return found


@register.simple_tag
def url_or_empty(name: str) -> str:
    """The address of a page that may not be installed; empty when it is not."""
    return cells.address(name)


@register.simple_tag
def number_url(name: str, number: str) -> SafeString:
    """`{% number_url "seller:order_detail" row.number %}`: what `{% url %}` gives, for rows of
    lists. Django looks for the address anew each time, which takes longer than the row."""
    return cells.number_url(str(number), name)


@register.simple_tag(takes_context=True)
def jinja(context, template_name: str, **given) -> SafeString:
    """`{% jinja "orders/console/table.jinja" %}`: an include that Jinja2 writes (`core.jinja`), for
    rows of long lists and for what stands on every page. It may use whatever this template may;
    what is a function for Django's templates, it has to call. Besides, `kept(…)` as here,
    `django_part("orders/console/_filters.html")` for what is seldom shown, and `page_scripts()`."""
    ways = {way.__name__: partial(way, context) for way in (kept, django_part, page_scripts)}
    return write_part(template_name, context.flatten() | ways | given)


def django_part(context, template_name: str, **given) -> SafeString:
    """An include that Django writes, in a page that Jinja2 writes."""
    part = context.template.engine.get_template(template_name)
    with context.push(**given):
        return part.render(context)


@register.filter
def message_tone(level_tag: str) -> str:
    """The tone of one of Django's messages."""
    return {"error": "danger", "warning": "warning", "info": "info", "debug": "info"}.get(
        level_tag, "success"
    )


@register.simple_tag(takes_context=True)
def page_scripts(context) -> SafeString:
    """The import map (with the request's nonce) and the one module that starts the others."""
    # The nonce is made when it is first written out, and is false until then.
    return _scripts(str(context.get("CSP_NONCE", "")))


def _scripts(nonce: str) -> SafeString:
    before, after = _import_map()
    return before + (format_html(' nonce="{}"', nonce) if nonce else SafeString("")) + after


@cache
def _import_map() -> tuple[SafeString, SafeString]:
    """What stands before and after the nonce: the addresses of the scripts do not change."""
    modules = ImportMap({f"interface/{name}": f"{name}.js" for name in SCRIPTS})
    before, _nonce, after = modules.render(attrs={"nonce": "NONCE"}).partition(' nonce="NONCE"')
    start = format_html('<script type="module" src="{}"></script>', static("main.js"))
    return SafeString(before), SafeString(after) + start
