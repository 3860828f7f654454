"""Tags and filters every template may use without loading them (a builtin library).

These are the cheap parts, fit for rows of long lists; bigger parts are Cotton components in
`templates/components/`. docs/design.md lists both.
"""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import formats
from core.badges import look_of
from core.icons import draw, draw_ring
from core.thumbs import icon_for, tint_of

register = template.Library()

SOON = timedelta(hours=24)
LATE = timedelta(hours=4)


@register.simple_tag
def icon(name: str, size: int = 16, **extra) -> SafeString:
    """`{% icon "truck" 16 class="text-ink-mute" %}`: hidden from screen readers."""
    return draw(str(name), int(size), str(extra.get("class", "")))


@register.simple_tag
def missing(words: str = "") -> SafeString:
    """A dash for an empty cell; `words` say what it means: `{% missing "Nothing due" %}`."""
    return _missing(str(words or _("None")))


@lru_cache(maxsize=256)
def _missing(words: str) -> SafeString:
    return format_html(
        '<span class="text-ink-mute"><span aria-hidden="true">–</span>'
        '<span class="sr-only">{}</span></span>',
        words,
    )


# -- Money, times --------------------------------------------------------------------------


@register.filter
def money(minor: int | None, currency: str) -> SafeString:
    """`{{ order.total|money:order.currency }}`: minor units as a figure and a small ISO code."""
    if minor is None or minor == "":  # a template variable that is not there is ""
        return missing()
    return _money(minor, currency, get_language())


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str | None) -> SafeString:
    return format_html(
        '<span class="money">{}<i>{}</i></span>', formats.figure(minor, currency), currency
    )


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


def _time(moment: date | datetime | None, words) -> SafeString:
    if not moment:
        return missing(_("Not known"))
    # By hand: rows of lists hold several, and `format_html` takes longer than the words.
    return mark_safe(  # noqa: S308 - a moment in figures, and escaped words
        f'<time class="num" datetime="{formats.machine(moment)}">{escape(words(moment))}</time>'
    )


@register.filter
def when(moment: datetime | None) -> SafeString:
    """ "Wed 18 Nov, 16:02" in the reader's zone, the year only when it is not this one."""
    return _time(moment, formats.when)


@register.filter
def day(moment: date | datetime | None) -> SafeString:
    """ "Mon 23 Nov"."""
    return _time(moment, formats.day)


@register.filter
def recently(moment: datetime | None) -> SafeString:
    """For lists: "Today, 11:32", "Yesterday", "18 Nov"."""
    return _time(moment, formats.recently)


@register.simple_tag
def countdown(due_at: datetime | None, since: datetime | None = None, left: bool = False):
    """Time left until `due_at`, refreshed once a minute by assets/js/countdowns.js.

    since: when the clock started (the ring shows the share left; two days when not given)
    left:  writes "3 d 12 h left" instead of "3 d 12 h"
    """
    if not due_at:
        return missing(_("Nothing due"))
    now = timezone.now()
    rest = due_at - now
    tone = "late" if rest < LATE else "soon" if rest < SOON else "calm"
    whole = (due_at - since) if since and since < due_at else timedelta(days=2)
    sentences = formats.span_words()
    words = formats.time_left(due_at, now)
    if left and rest > timedelta(0):
        words = sentences["left"] % {"span": words}
    # Overdue is a full ring, in danger: the words say the rest.
    ring = draw_ring(rest / whole if rest > timedelta(0) else 1.0)
    title = sentences["until"] % {"moment": formats.when(due_at)}
    return mark_safe(  # noqa: S308 - a ring, figures, and escaped words
        f'<span class="countdown cd-{tone}" data-countdown data-whole="'
        f'{int(whole.total_seconds())}"{" data-left" if left else ""}>{ring}<time datetime="'
        f'{formats.machine(due_at)}" title="{escape(title)}">{escape(words)}</time></span>'
    )


@register.simple_tag
def countdown_words() -> SafeString:
    """The reader's words for spans, for the script."""
    words = json.dumps(formats.span_words())
    return format_html('<meta name="countdown-words" content="{}">', words)


# -- Badges, thumbs, people ----------------------------------------------------------------


@lru_cache(maxsize=1024)
def _badge(tone: str, icon_name: str, label: str) -> SafeString:
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, draw(icon_name, 12), label)


@lru_cache(maxsize=1024)
def _status_badge(status: str, language: str | None) -> SafeString:
    look = look_of(status)
    return _badge(look.tone, look.icon, str(look.label))


@register.simple_tag
def badge(status: str, label: str = "", tone: str = "", icon: str = "") -> SafeString:
    """`{% badge item.status %}`: tone, icon and words of a status code (core.badges).

    `label`, `tone` and `icon` overrule: `{% badge "waiting" label="Escalated" tone="danger" %}`.
    """
    status = str(status)
    if not (label or tone or icon):
        return _status_badge(status, get_language())
    look = look_of(status)
    return _badge(tone or look.tone, icon or look.icon, str(label or look.label))


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


@lru_cache(maxsize=4096)
def _thumb(icon_name: str, tint: str, large: bool) -> SafeString:
    return format_html(
        '<span class="thumb {}thumb-{}">{}</span>',
        "thumb-lg " if large else "",
        tint,
        draw(icon_name, 24 if large else 16),
    )


@register.simple_tag
def thumb(product_name: str, seller: str = "", large: bool = False) -> SafeString:
    """What stands in for a product photo; one tint per seller. The name must stand beside it."""
    return _thumb(icon_for(str(product_name)), tint_of(str(seller)), bool(large))


@register.simple_tag
def avatar(name: str, large: bool = False) -> SafeString:
    """Initials in a circle, hidden from screen readers: the name must stand beside it."""
    words = [word for word in str(name).replace("@", " ").split() if word[:1].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    return format_html(
        '<span class="avatar{}" aria-hidden="true">{}</span>',
        " avatar-lg" if large else "",
        initials,
    )


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
