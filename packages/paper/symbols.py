"""Codes that a scanner reads, as inline SVG: black bars and nothing that a style policy forbids."""

import re
from functools import lru_cache
from itertools import groupby

import barcode
import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

QUIET = 10  # modules of white that a reader needs beside the bars
MODULE = 0.38  # mm: what a hand scanner still reads from a thermal label; long codes get narrower
HEIGHT = 40  # in units of a module; the style sheet says how high that is on paper
READABLE = re.compile(r"[ -~]{1,60}")  # what Code 128 can write, and a label can hold


def can_be_barcode(text: str) -> bool:
    return READABLE.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def barcode_svg(text: str) -> SafeString:
    """`text` (see `can_be_barcode`) as Code 128 with its quiet zones; read aloud as the text."""
    [modules] = barcode.get("code128", text).build()
    path, place = [], QUIET
    for bar, run in groupby(modules):
        width = len(list(run))
        if bar == "1":
            path.append(f"M{place} 0h{width}v{HEIGHT}h-{width}z")
        place += width
    width = place + QUIET
    return format_html(
        '<svg class="barcode" viewBox="0 0 {} {}" width="{}mm" preserveAspectRatio="none" '
        'role="img" aria-label="{}" shape-rendering="crispEdges"><path d="{}"/></svg>',
        *(width, HEIGHT, f"{width * MODULE:.1f}", text, "".join(path)),
    )


@lru_cache(maxsize=1024)
def qr_svg(text: str, label: str) -> SafeString:
    """`text` as a QR code that survives a torn corner; read aloud as `label`."""
    code = segno.make_qr(text, error="m")
    drawing = code.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None, unit="")
    opening = format_html('<svg role="img" aria-label="{}" ', label)
    # segno writes numbers only: the text itself does not stand in the drawing.
    return mark_safe(opening + drawing.removeprefix("<svg "))  # noqa: S308
