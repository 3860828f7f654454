"""Icons as inline SVG, drawn once per name, size and class (lucide takes 40 to 90 µs an icon)."""

import re
from functools import lru_cache

import lucide
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

STROKE = "1.75"


@lru_cache(maxsize=2048)
def draw(name: str, size: int = 16, classes: str = "") -> SafeString:
    """The icon `name`, hidden from screen readers: words must stand beside it.

    Raises lucide.IconDoesNotExist for a name lucide does not have.
    """
    extra = {"class": classes} if classes else {}
    svg = lucide._render_icon(name, size, **extra, stroke_width=STROKE, aria_hidden="true")
    svg = re.sub(r">\s+<", "><", svg)
    return mark_safe(svg)  # noqa: S308 - our own icons; ElementTree escaped the attributes


# A ring of radius 5.5 around (7, 7): 34.56 long.
_RING = 34.56


@lru_cache(maxsize=256)
def _draw_ring(tenths: int) -> SafeString:
    return format_html(
        '<svg aria-hidden="true" width="14" height="14" viewBox="0 0 14 14" fill="none"'
        ' stroke-width="2"><circle class="track" cx="7" cy="7" r="5.5"/>'
        '<circle class="arc" cx="7" cy="7" r="5.5" stroke-dasharray="{} 34.56"'
        ' transform="rotate(-90 7 7)" stroke-linecap="round"/></svg>',
        tenths / 10,
    )


def draw_ring(fraction: float) -> SafeString:
    """A ring with `fraction` (0 to 1) of it left."""
    return _draw_ring(round(min(max(fraction, 0.0), 1.0) * _RING * 10))
