"""Invoice files: what a seller hands in, kept privately and handed out as it came in.

A file is known by its content, never by the name or type that the browser says, and kept under a
random name in `PRIVATE_FILES_DIR`, which no web server serves.
"""

import secrets
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.errors import DomainError, InvalidInput
from packages.models import Package

LARGEST = 5 * 1024 * 1024  # bytes
FOLDER = "invoices"
# How a file begins, and what it is then.
SIGNATURES = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


class InvoiceFileRefused(InvalidInput):
    """Not a file that can serve as an invoice."""

    code = "invoice_file_refused"


class NoInvoiceFile(DomainError):
    """This package has no invoice file, or its file is gone."""

    code = "no_invoice_file"
    status = 404


@dataclass(frozen=True)
class InvoiceFile:
    """An invoice to be handed out: `stream` is open for reading, the caller closes it (Django's
    `FileResponse` does)."""

    stream: IO[bytes]
    content_type: str
    filename: str


def store_invoice(upload: UploadedFile) -> str:
    """Keep an uploaded invoice; returns the name under which `Package.invoice_file` holds it.

    A PDF, JPEG or PNG by its content, at most 5 MB. Nothing is kept of a file that is refused:
    raises InvoiceFileRefused.
    """
    if not upload.size:
        raise InvoiceFileRefused(_("The file is empty."), field="file")
    if upload.size > LARGEST:
        raise InvoiceFileRefused(_("At most 5 MB; this file is larger."), field="file")
    upload.seek(0)
    content = upload.read()
    kind = _kind_of(content)
    if kind is None:
        raise InvoiceFileRefused(
            _("An invoice is a PDF, a JPEG or a PNG file."), field="file", allowed=[*CONTENT_TYPES]
        )
    name = f"{FOLDER}/{secrets.token_hex(2)}/{secrets.token_urlsafe(24)}.{kind}"
    return _storage().save(name, BytesIO(content))


def open_invoice(package: Package) -> InvoiceFile:
    """The invoice file of a package that the caller was allowed to load. Raises NoInvoiceFile."""
    name = package.invoice_file
    kind = name.rpartition(".")[2]
    if not name or kind not in CONTENT_TYPES:
        raise NoInvoiceFile(_("This package has no invoice file."))
    try:
        stream = _storage().open(name)
    except (FileNotFoundError, SuspiciousFileOperation):
        raise NoInvoiceFile(_("The invoice file of this package is no longer there."))
    called = slugify(package.invoice_number) or package.number.lower()
    return InvoiceFile(stream, CONTENT_TYPES[kind], f"invoice-{called}.{kind}")


def discard_invoice(name: str) -> None:
    """Forget a stored file that no package names: its invoice was refused, or given again."""
    if name.startswith(f"{FOLDER}/"):
        _storage().delete(name)


def _kind_of(content: bytes) -> str | None:
    kind = next((kind for start, kind in SIGNATURES if content.startswith(start)), None)
    return kind if kind in (None, "pdf") or _is_picture(content) else None


def _is_picture(content: bytes) -> bool:
    """Whether it is one throughout, not only by its first bytes."""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _storage() -> Any:
    return FileSystemStorage(
        location=settings.PRIVATE_FILES_DIR,
        file_permissions_mode=0o600,
        directory_permissions_mode=0o700,
    )
