"""Why a file is not kept, in words of whoever gave it."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, InvalidInput

# What can be kept, as its type and the ending of its name.
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


class FileRefused(InvalidInput):
    """Not a file that can be kept; `allowed` are the types that can."""

    code = "file_refused"
    message = _("This file cannot be kept. Give a photo (JPEG, PNG, WebP) or a PDF.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **facts):
        super().__init__(message, field=field, allowed=[*ENDINGS], **facts)


class TooManyFiles(InvalidInput):
    """More files at once than may be given; `allowed` says how many may."""

    code = "too_many_files"


class UnknownFile(DomainError):
    """There is no such file for this reader; or it was given already with something else."""

    code = "unknown_file"
    status = 404
    message = _("This file is not there (any more). Give it again.")
