"""PDF files are kept as they are, so they are looked through: nothing that acts, hides or is
another kind of file at the same time.

This is a sieve and no reader: names of what acts are looked for in the whole file and in packed
objects, however they are spelt. What is kept is still only handed out as a download.
"""

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.evidence.refusals import FileRefused

TAIL = 1024  # where a reader looks for the end
ZIP_TAIL = 65_557  # where an archive's directory ends: its own 22 bytes and a comment
MOST_UNPACKED = 50 * 1024 * 1024

ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
NAME = re.compile(rb"/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*")
# Run something, send something, bring other files, or ask for them.
ACTS = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|Rendition)"
    rb"(?![A-Za-z])"
    # Short names are also found in pictures by chance: only with what would follow them.
    rb"|/JS\s*(?:\(|<|\d+\s+\d+\s+R)"
    rb"|/XFA\s*(?:\[|\d+\s+\d+\s+R|<)"
)
LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
PACKED_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z])")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
DICTIONARY = 4096  # how far before its stream one is looked for
MARKUP = re.compile(rb"<(?:!doctype|html|script|svg|\?php)", re.IGNORECASE)


def checked_pdf(content: bytes) -> bytes:
    """The same bytes, if they are a PDF and nothing else. Raises FileRefused."""
    tail = content[-TAIL:]
    end = tail.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in tail:
        raise FileRefused(_("This PDF is damaged or not complete. Save it anew and try again."))
    if tail[end + 5 :].strip(b"\0\t\n\x0c\r ") or _is_also_something_else(content):
        raise FileRefused(
            _("There is something else inside this PDF. Print it into a new PDF and give that.")
        )
    _look_through(_plain_names(content))
    for objects in _unpacked_objects(content):
        _look_through(_plain_names(objects))
    return content


def _is_also_something_else(content: bytes) -> bool:
    return b"PK\x05\x06" in content[-ZIP_TAIL:] or bool(MARKUP.search(content[:TAIL]))


def _plain_names(content: bytes) -> bytes:
    """Names may spell each letter by its number: /J#61vaScript."""

    def plain(name: re.Match[bytes]) -> bytes:
        return ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name[0])

    return NAME.sub(plain, content)


def _look_through(content: bytes) -> None:
    if LOCKED.search(content):
        raise FileRefused(_("This PDF is locked with a password. Save it without one."))
    if ACTS.search(content):
        raise FileRefused(
            _(
                "This PDF holds a program, a form or other files. Print it into a new PDF and "
                "give that."
            )
        )


def _unpacked_objects(content: bytes) -> Iterator[bytes]:
    """What the streams that hold objects unpack to; wherever in the file one begins."""
    left = MOST_UNPACKED
    for start in STREAM.finditer(content):
        before = content[max(0, start.start() - DICTIONARY) : start.start()]
        about = _plain_names(before[max(before.rfind(b"obj"), 0) :])
        if not PACKED_OBJECTS.search(about):
            continue
        unpacked = _inflated(content, start.end(), about, left)
        left -= len(unpacked)
        yield unpacked


def _inflated(content: bytes, start: int, about: bytes, left: int) -> bytes:
    """Packed in the one way that everybody writes; anything else could hide what is inside."""
    filters = set(re.findall(rb"/\w+Decode|/Crypt|/Predictor\s+(?:[2-9]|1\d)", about))
    if not filters:
        end = content.find(b"endstream", start)
        return content[start : end if end >= 0 else len(content)]
    packed = memoryview(content)[start:]
    try:
        if filters != {b"/FlateDecode"}:
            raise zlib.error
        unpacking = zlib.decompressobj()
        unpacked = unpacking.decompress(packed, left)
        if not unpacking.eof:
            raise zlib.error
    except zlib.error:
        raise FileRefused(
            _("This PDF is packed in a way that cannot be checked. Print it into a new PDF.")
        )
    return unpacked
