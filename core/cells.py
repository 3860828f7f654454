"""What stands in the cells of lists: amounts, moments, deadlines, badges and boxes as HTML.

`Cells` write for one reader, whose language and zone are asked once and not once a cell. Django's
templates reach them through the tags and filters of `core.templatetags`, rows by Jinja2 as filters
(`core.jinja`). Whatever comes from outside is escaped here.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override
from markupsafe import _escape_inner as escape  # html.escape takes six times as long

from core import formats
from core.badges import look_of
from core.formats import Reader
from core.icons import draw, draw_ring
from core.thumbs import icon_for, tint_of

SOON = timedelta(hours=24)
LATE = timedelta(hours=4)
TWO_DAYS = timedelta(days=2)
IN_A_PATH = "!$&'()*+,;=~:@"  # what Django leaves as it is in a part of an address (RFC 3986)

Words = Callable[[Any, Reader], str]  # writes a moment for a reader


@lru_cache(maxsize=256)
def cells_for(reader: Reader) -> "Cells":
    """The cells of everybody who reads this language in this zone."""
    return Cells(reader)


def cells() -> "Cells":
    """The cells of who reads now."""
    return cells_for(formats.reader())


class Cells:
    """By hand where rows hold several: `format_html` takes longer than the words."""

    def __init__(self, reader: Reader):
        self.reader = reader
        with override(reader.language):
            self.select_words = escape(_("Select %(number)s"))
            self.none = dash(_("None"))
            self.not_known = dash(_("Not known"))
            self.nothing_due = dash(_("Nothing due"))

    # -- Money, times ----------------------------------------------------------------------

    def money(self, minor: int | None, currency: str) -> SafeString:
        """Minor units as a figure and a small ISO code; a dash for None."""
        if minor is None or minor == "":  # a template variable that is not there is ""
            return self.none
        figure = formats.figure(minor, currency, self.reader)
        return SafeString(f'<span class="money">{figure}<i>{escape(currency)}</i></span>')

    def when(self, moment: datetime | None) -> SafeString:
        """ "Wed 18 Nov, 16:02", the year only when it is not this one."""
        return self._time(moment, formats.when)

    def day(self, moment: date | datetime | None) -> SafeString:
        """ "Mon 23 Nov"."""
        return self._time(moment, formats.day)

    def recently(self, moment: datetime | None) -> SafeString:
        """ "Today, 11:32", "Yesterday", "18 Nov"."""
        return self._time(moment, formats.recently)

    def _time(self, moment: date | datetime | None, words: Words) -> SafeString:
        if not moment:
            return self.not_known
        return SafeString(
            f'<time class="num" datetime="{formats.machine(moment)}">'
            f"{escape(words(moment, self.reader))}</time>"
        )

    def countdown(
        self, due_at: datetime | None, since: datetime | None = None, left: bool = False
    ) -> SafeString:
        """Time left until `due_at`, refreshed once a minute by assets/js/countdowns.js.

        since: when the clock started (the ring shows the share left; two days when not given)
        left:  writes "3 d 12 h left" instead of "3 d 12 h"
        """
        if not due_at:
            return self.nothing_due
        now = timezone.now()
        rest = due_at - now
        over = rest <= timedelta(0)
        tone = "late" if rest < LATE else "soon" if rest < SOON else "calm"
        whole = (due_at - since) if since and since < due_at else TWO_DAYS
        sentences = formats.span_words(self.reader)
        words = formats.time_left(due_at, now, self.reader)
        if left and not over:
            words = sentences["left"] % {"span": words}
        # Overdue is a full ring, in danger: the words say the rest.
        ring = draw_ring(1.0 if over else rest / whole)
        title = sentences["until"] % {"moment": formats.when(due_at, self.reader)}
        return SafeString(
            f'<span class="countdown cd-{tone}" data-countdown data-whole="'
            f'{int(whole.total_seconds())}"{" data-left" if left else ""}>{ring}<time datetime="'
            f'{formats.machine(due_at)}" title="{escape(title)}">{escape(words)}</time></span>'
        )

    # -- Badges, boxes ---------------------------------------------------------------------

    def badge(self, status: str, label: str = "", tone: str = "", icon: str = "") -> SafeString:
        """Tone, icon and words of a status code (core.badges); the rest overrules."""
        if not (label or tone or icon):
            return _status_badge(str(status), self.reader.language)
        look = look_of(str(status))
        return draw_badge(tone or look.tone, icon or look.icon, str(label or look.label))

    def explained_badge(self, status: str, reason: str) -> SafeString:
        """A badge that says why on hover and focus, and until Escape (assets/js/explained.js)."""
        words = escape(reason)
        return SafeString(
            f'<span class="why" data-explained><button type="button">{self.badge(status)}'
            f'<span class="sr-only">: {words}</span></button>'
            f'<span class="why-words" aria-hidden="true">{words}</span></span>'
        )

    def select_box(self, value: str, name: str, whose: str = "") -> SafeString:
        """The box at the start of a row, named by the number that it stands for, and by `whose`
        it is where numbers repeat."""
        value = escape(str(value))
        words = self.select_words % {"number": value}
        if whose:
            words = f"{words}, {escape(whose)}"
        return SafeString(
            '<label class="hit"><input type="checkbox" class="check" data-select '
            f'name="{name}" value="{value}"><span class="sr-only">{words}</span></label>'
        )


@lru_cache(maxsize=256)
def dash(words: str) -> SafeString:
    """A dash for an empty cell; `words` say to screen readers what it means."""
    return format_html(
        '<span class="text-ink-mute"><span aria-hidden="true">–</span>'
        '<span class="sr-only">{}</span></span>',
        words,
    )


@lru_cache(maxsize=1024)
def draw_badge(tone: str, icon_name: str, label: str) -> SafeString:
    return format_html('<span class="badge tone-{}">{}{}</span>', tone, draw(icon_name, 12), label)


@lru_cache(maxsize=1024)
def _status_badge(status: str, language: str) -> SafeString:
    look = look_of(status)
    with override(language):
        return draw_badge(look.tone, look.icon, str(look.label))


@lru_cache(maxsize=1024)
def avatar(name: str, large: bool = False) -> SafeString:
    """Initials in a circle, hidden from screen readers: the name must stand beside it."""
    words = [word for word in name.replace("@", " ").split() if word[:1].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    return format_html(
        '<span class="avatar{}" aria-hidden="true">{}</span>',
        " avatar-lg" if large else "",
        initials,
    )


@lru_cache(maxsize=8192)
def thumb(product_name: str, seller: str = "", large: bool = False) -> SafeString:
    """What stands in for a product photo; one tint per seller. The name must stand beside it."""
    return _thumb(icon_for(product_name), tint_of(seller), large)


@lru_cache(maxsize=4096)
def _thumb(icon_name: str, tint: str, large: bool) -> SafeString:
    return format_html(
        '<span class="thumb {}thumb-{}">{}</span>',
        "thumb-lg " if large else "",
        tint,
        draw(icon_name, 24 if large else 16),
    )


@cache
def address(name: str) -> str:
    """The address of a page without arguments; empty where it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@cache
def address_with(name: str, argument: str) -> str:
    """The address of a page with one argument, of which there are few, such as a list's name."""
    return reverse(name, args=[argument])


def number_url(number: str, page: str) -> SafeString:
    """The address of the page with this number. Django looks for it anew each time, which takes
    longer than the row."""
    before, after = _address_around(page)
    if not (number.isascii() and number.replace("-", "").isalnum()):
        number = escape(quote(number, safe=IN_A_PATH))
    return SafeString(f"{before}{number}{after}")


@cache
def _address_around(page: str) -> tuple[str, str]:
    """What stands before and after the number in the address of this page."""
    before, _number, after = reverse(page, args=["NUMBER"]).partition("NUMBER")
    return escape(before), escape(after)
