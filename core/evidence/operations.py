"""Taking files in, finding those that nobody holds yet, and clearing away what nobody took."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, Problems
from core.evidence import keeping
from core.evidence.documents import checked_pdf
from core.evidence.models import StoredFile
from core.evidence.naming import clean_name
from core.evidence.pictures import Picture, redrawn
from core.evidence.refusals import ENDINGS, FileRefused, TooManyFiles, UnknownFile

logger = logging.getLogger(__name__)
FORGOTTEN_AFTER = timedelta(days=1)
AT_ONCE = 500
# How a file of each type begins: its name and what the browser says of it are no matter.
BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)

__all__ = [
    "FileRefused",
    "TooManyFiles",
    "UnknownFile",
    "forget_unheld",
    "given_files",
    "store_upload",
    "store_uploads",
]


def store_upload(upload: UploadedFile, *, given_by: Actor, field: str = "file") -> StoredFile:
    """Keep a file that somebody gives: a picture is drawn anew, a PDF is looked through.

    Known by its content alone. The row belongs to the caller's transaction, and needs a holder
    within a day: a row that shows it to those who may see it. `field` is where a refusal points
    to. Raises FileRefused; nothing is kept of what is refused.
    """
    try:
        kept = _checked(upload)
    except FileRefused as refusal:
        refusal.field = field
        raise
    key = uuid4()
    # The file first: a row always has its file. A file whose row is never committed is swept.
    keeping.write(key, kept.content)
    return StoredFile.objects.create(
        key=key,
        name=clean_name(upload.name or "", ENDINGS[kept.content_type]),
        content_type=kept.content_type,
        size=len(kept.content),
        width=kept.width or None,
        height=kept.height or None,
        digest=hashlib.sha256(kept.content).hexdigest(),
        given_by_id=given_by.user_id,
    )


def store_uploads(
    uploads: Sequence[UploadedFile], *, given_by: Actor, field: str = "files"
) -> list[StoredFile]:
    """Keep several at once: all or none. Raises TooManyFiles, or what is wrong with each of them
    by its place ("files/0"): FileRefused, or Problems."""
    most = settings.EVIDENCE_MOST_FILES
    if len(uploads) > most:
        raise TooManyFiles(
            _("At most %(most)s files at once.") % {"most": most}, field=field, allowed=[str(most)]
        )
    stored: list[StoredFile] = []
    problems: list[DomainError] = []
    with transaction.atomic():
        for position, upload in enumerate(uploads):
            try:
                stored.append(store_upload(upload, given_by=given_by, field=f"{field}/{position}"))
            except FileRefused as refusal:
                problems.append(refusal)
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise Problems(problems)
    return stored


def _checked(upload: UploadedFile) -> Picture:
    """What would be kept of an upload, with its type. A document has no width and height."""
    largest = settings.EVIDENCE_LARGEST
    if not upload.size:
        raise FileRefused(_("The file is empty."))
    if upload.size > largest:
        raise FileRefused(
            _("At most %(most)s MB; this file is larger.") % {"most": largest // 1024**2}
        )
    upload.seek(0)
    content = upload.read(largest + 1)
    content_type = _type_of(content)
    if content_type == "application/pdf":
        return Picture(checked_pdf(content), content_type, 0, 0)
    return redrawn(content, content_type, largest=largest)


def _type_of(content: bytes) -> str:
    for start, content_type in BEGINNINGS:
        if content.startswith(start):
            return content_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"):
        raise FileRefused(
            _("Photos of the type HEIC cannot be shown everywhere. Send it as a JPEG.")
        )
    raise FileRefused


def given_files(
    keys: Sequence[str | UUID], *, given_by: Actor, field: str = "files"
) -> list[StoredFile]:
    """The files behind these keys, in their order: given by the same person before, and not held
    by anything yet. Lets a form or a program give files first and name them later. Raises
    UnknownFile."""
    wanted = [_key(key, f"{field}/{position}") for position, key in enumerate(keys)]
    own = StoredFile.objects.unheld().filter(key__in=wanted, given_by=given_by.user_id)
    found = {stored.key: stored for stored in own.exclude(given_by=None)}
    for position, key in enumerate(wanted):
        if key not in found:
            raise UnknownFile(field=f"{field}/{position}")
    return [found[key] for key in dict.fromkeys(wanted)]


def _key(written: str | UUID, field: str) -> UUID:
    try:
        return written if isinstance(written, UUID) else UUID(str(written))
    except ValueError:
        raise UnknownFile(field=field)


def forget_unheld(*, older_than: timedelta = FORGOTTEN_AFTER) -> int:
    """Clear away what nobody took: rows without a holder, and files without a row. Returns how
    many files went. What is younger is left alone: somebody may be about to hold it."""
    forgotten = 0
    before = timezone.now() - older_than
    while rows := list(StoredFile.objects.unheld().filter(given_at__lt=before)[:AT_ONCE]):
        StoredFile.objects.unheld().filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            if not StoredFile.objects.filter(pk=row.pk).exists():
                keeping.remove(row.key)
                forgotten += 1
    return forgotten + _remove_files_without_row(int(older_than.total_seconds()))


def _remove_files_without_row(seconds: int) -> int:
    removed = 0
    files = keeping.older_than(seconds)
    while some := list(islice(files, AT_ONCE)):
        keys = [key for _path, key in some if key]
        known = set(StoredFile.objects.filter(key__in=keys).values_list("key", flat=True))
        for path, key in some:
            if key is None or key not in known:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        logger.info("%s files that nobody holds were removed.", removed)
    return removed
