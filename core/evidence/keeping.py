"""Files on disk: under their key in `PRIVATE_FILES_DIR`, which no web server serves.

A file is there whole or not at all: written under another name, brought to the disk, then renamed.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings

FOLDER = "evidence"
UNFINISHED = ".part"


def folder() -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / FOLDER


def path_of(key: UUID) -> Path:
    return folder() / key.hex[:2] / key.hex


def write(key: UUID, content: bytes) -> None:
    """Returns when the file would survive a loss of power."""
    target = path_of(key)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{key.hex}.{uuid4().hex[:8]}{UNFINISHED}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _bring_to_disk(target.parent)


def _bring_to_disk(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(key: UUID) -> IO[bytes]:
    """Open for reading; the caller closes it. Raises FileNotFoundError."""
    return path_of(key).open("rb")


def remove(key: UUID) -> None:
    path_of(key).unlink(missing_ok=True)


def older_than(seconds: int) -> Iterator[tuple[Path, UUID | None]]:
    """Files that were written so long ago, each with its key; None for one that was never
    finished."""
    limit = time.time() - seconds
    for path in sorted(folder().glob("*/*")):
        with contextlib.suppress(FileNotFoundError):  # removed meanwhile
            if path.is_file() and path.stat().st_mtime < limit:
                yield path, _key_of(path)


def _key_of(path: Path) -> UUID | None:
    try:
        return UUID(path.name)
    except ValueError:
        return None
