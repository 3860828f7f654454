"""Pictures are decoded and drawn anew: what is kept holds pixels and nothing else.

No place, no camera, no comment, no second file behind the picture. A picture that would unpack
to more than a server should hold is refused by its header, before anything is unpacked.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from core.evidence.refusals import FileRefused

# What one upload may take of memory, at four bytes each. A JPEG is unpacked smaller.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
LONGEST_EDGE = 20_000
KEPT_EDGE = 3000  # sharp enough to see a scratch
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK")
QUALITY = {"JPEG": {"quality": 85, "optimize": True}, "PNG": {}, "WEBP": {"quality": 85}}
# Whatever a decoder may raise about bytes that somebody has made up.
NOT_A_PICTURE = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    Image.UnidentifiedImageError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Picture:
    content: bytes
    content_type: str
    width: int
    height: int


def redrawn(content: bytes, content_type: str, *, largest: int) -> Picture:
    """The picture anew, turned upright, at most `KEPT_EDGE` long and `largest` bytes.

    It stays what it was, except that a PNG which is a large photo becomes a JPEG. Raises
    FileRefused.
    """
    kind = FORMATS[content_type]
    try:
        _check(content, kind)
        pixels = _pixels(content, kind)
        kept = _written(pixels, kind)
        if len(kept) > largest:
            pixels, kind = _on_white(pixels), "JPEG"
            kept = _written(pixels, kind)
    except NOT_A_PICTURE:
        raise FileRefused(
            _("This picture is damaged or not complete. Open it, save it anew and try again.")
        )
    kept_type = next(name for name, known in FORMATS.items() if known == kind)
    return Picture(kept, kept_type, pixels.width, pixels.height)


def _open(content: bytes, kind: str) -> Any:
    # Others of this process ask Pillow to overlook what is missing (WeasyPrint does, for all).
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return Image.open(BytesIO(content), formats=(kind,))


def _check(content: bytes, kind: str) -> None:
    """By the header, and by the sums that the file carries."""
    with _open(content, kind) as picture:
        width, height = picture.size
        most = MOST_PIXELS[kind]
        if width * height > most or max(width, height) > LONGEST_EDGE:
            raise FileRefused(
                _("This picture is too large: at most %(most)s million pixels. Make it smaller.")
                % {"most": most // 10**6}
            )
        # A phone's JPEG with a second picture inside (MPO) is a photo like any other.
        if getattr(picture, "is_animated", False) and kind != "JPEG":
            raise FileRefused(_("This picture moves. Give a still one."))
        picture.verify()


def _pixels(content: bytes, kind: str) -> Any:
    with _open(content, kind) as picture:
        picture.draft("RGB", (KEPT_EDGE, KEPT_EDGE))  # a large JPEG is unpacked smaller at once
        picture.load()
        if picture.mode not in SCALABLE or "transparency" in picture.info:
            picture = _plain(picture)
        picture.thumbnail((KEPT_EDGE, KEPT_EDGE))  # before anything copies it
        drawn = _plain(_upright(picture))
    # Writers put into the file what they find here: profiles, comments, texts.
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    return clean


def _plain(picture: Any) -> Any:
    """As three colours of eight bits, and how far one sees through where one does."""
    if picture.mode.startswith("I"):  # Pillow cuts deep greys off at white instead of scaling
        picture = picture.convert("I").point(lambda grey: grey / 256).convert("L")
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    return picture.convert("RGBA" if see_through else "RGB")


def _upright(picture: Any) -> Any:
    try:
        return ImageOps.exif_transpose(picture)
    except NOT_A_PICTURE:  # what a camera wrote beside the pixels may be nonsense
        return picture


def _on_white(picture: Any) -> Any:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _written(picture: Any, kind: str) -> bytes:
    to = BytesIO()
    picture.save(to, kind, **QUALITY[kind])
    return to.getvalue()
