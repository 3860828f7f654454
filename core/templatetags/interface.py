"""Tags and filters every template may use without loading them (a builtin library).

These are the cheap parts, fit for rows of long lists; bigger parts are Cotton components in
`templates/components/`. docs/design.md lists both.
"""

import json
from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import cells, formats
from core.badges import look_of
from core.icons import draw

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16, **extra) -> SafeString:
    """`{% icon "truck" 16 class="text-ink-mute" %}`: hidden from screen readers."""
    return draw(str(name), int(size), str(extra.get("class", "")))


@register.simple_tag
def missing(words: str = "") -> SafeString:
    """A dash for an empty cell; `words` say what it means: `{% missing "Nothing due" %}`."""
    return cells.dash(str(words or _("None")))


# -- Money, times --------------------------------------------------------------------------


@register.filter
def money(minor: int | None, currency: str) -> SafeString:
    """`{{ order.total|money:order.currency }}`: minor units as a figure and a small ISO code."""
    return cells.cells().money(minor, currency)


@register.filter
def figure(minor: int | None, currency: str) -> str:
    """The figure alone, where a head or a total already names the currency."""
    return missing() if minor is None or minor == "" else formats.figure(minor, currency)


@register.filter
def plain_money(minor: int, currency: str) -> str:
    """Money as bare text, for buttons, titles and attributes: "84.20 EUR"."""
    return f"{formats.figure(minor, currency)} {currency}"


@register.filter
def grouped(number: int | str) -> str:
    """12418 as "12,418"; an attribute of a component may write it in quotes."""
    return formats.grouped(int(number))


@register.filter
def when(moment: datetime | None) -> SafeString:
    """ "Wed 18 Nov, 16:02" in the reader's zone, the year only when it is not this one."""
    return cells.cells().when(moment)


@register.filter
def day(moment: date | datetime | None) -> SafeString:
    """ "Mon 23 Nov"."""
    return cells.cells().day(moment)


@register.filter
def recently(moment: datetime | None) -> SafeString:
    """For lists: "Today, 11:32", "Yesterday", "18 Nov"."""
    return cells.cells().recently(moment)


@register.simple_tag
def countdown(due_at: datetime | None, since: datetime | None = None, left: bool = False):
    """Time left until `due_at`: `core.cells.Cells.countdown`."""
    return cells.cells().countdown(due_at, since, left)


@register.simple_tag
def countdown_words() -> SafeString:
    """The reader's words for spans, for the script."""
    words = json.dumps(formats.span_words())
    return format_html('<meta name="countdown-words" content="{}">', words)


# -- Badges, thumbs, people ----------------------------------------------------------------


@register.simple_tag
def badge(status: str, label: str = "", tone: str = "", icon: str = "") -> SafeString:
    """`{% badge item.status %}`: tone, icon and words of a status code (core.badges).

    `label`, `tone` and `icon` overrule: `{% badge "waiting" label="Escalated" tone="danger" %}`.
    """
    return cells.cells().badge(status, label, tone, icon)


@register.filter
def status_label(status: str) -> str:
    """The words of a status code alone."""
    return str(look_of(str(status)).label)


@register.filter
def status_tone(status: str) -> str:
    return look_of(str(status)).tone


@register.filter
def status_icon(status: str) -> str:
    return look_of(str(status)).icon


@register.simple_tag
def thumb(product_name: str, seller: str = "", large: bool = False) -> SafeString:
    """What stands in for a product photo; one tint per seller. The name must stand beside it."""
    return cells.thumb(str(product_name), str(seller), bool(large))


@register.simple_tag
def avatar(name: str, large: bool = False) -> SafeString:
    """Initials in a circle, hidden from screen readers: the name must stand beside it."""
    return cells.avatar(str(name), bool(large))


@register.simple_tag
def sum_line(label: str, minor: int, currency: str, kind: str = "", note: str = "") -> SafeString:
    """One row of a `<c-sum>`. kind: "" or "gap" (space below) or "total" (bold, with the code)."""
    total = kind == "total"
    return format_html(
        '<tr{}><th scope="row"{}>{}{}</th><td>{}</td></tr>',
        format_html(' class="{}"', kind) if kind else "",
        "" if total else mark_safe(' class="text-ink-soft"'),
        label,
        format_html('<span class="meta block">{}</span>', note) if note else "",
        money(minor, currency) if total else formats.figure(minor, currency),
    )
