"""Files of exports on disk: a folder per export below `PRIVATE_FILES_DIR`, which no web server
serves by itself. In it stand the parts while the work goes on, and at the end the one file.

A file is there whole or not at all: written under another name, brought to the disk, then renamed.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from core.jobs import CannotGoOn

FOLDER = "exports"
UNFINISHED = ".part"
BUFFER = 1 << 20  # bytes


class NoRoom(CannotGoOn):
    code = "no_room"


class PartLost(CannotGoOn):
    code = "part_lost"


def folder_of(number: str) -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / FOLDER / number


def file_of(number: str) -> Path:
    """The finished file, whatever its reader will call it."""
    return folder_of(number) / "file"


def part_of(number: str, position: int) -> Path:
    return folder_of(number) / "parts" / f"{position:06d}"


@contextmanager
def whole(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which becomes `target` when all went well. Raises NoRoom."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{uuid4().hex[:8]}{UNFINISHED}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb", buffering=BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException as error:
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(_("The disk for files is full.")) from error
        raise
    _bring_to_disk(target.parent)


def _bring_to_disk(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append(file: IO[bytes], parts: Iterable[Path], between: Callable[[], None]) -> None:
    """Add these files to the end of `file`, inside of the kernel; `between` is called before each.
    Raises PartLost."""
    file.flush()
    for part in parts:
        between()
        with opened_part(part) as source:
            left = os.fstat(source.fileno()).st_size
            while left:
                copied = os.sendfile(file.fileno(), source.fileno(), None, left)
                left -= copied
    file.seek(0, os.SEEK_END)


def opened_part(part: Path) -> IO[bytes]:
    """Raises PartLost."""
    try:
        return part.open("rb")
    except FileNotFoundError as error:
        raise PartLost(
            _("A part of the file is gone. All workers must share one folder for files.")
        ) from error


# -- Leaving nothing behind ---------------------------------------------------------------------


def remove(number: str) -> None:
    """All files of this export."""
    shutil.rmtree(folder_of(number), ignore_errors=True)


def remove_parts(number: str) -> bool:
    """What is there beside the finished file; says whether there was anything."""
    left = [path for path in folder_of(number).glob("*") if path != file_of(number)]
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return bool(left)


def folders_older_than(seconds: int) -> list[str]:
    """The numbers of the exports in whose folder nothing was begun or ended for so long."""
    limit = time.time() - seconds
    root = Path(settings.PRIVATE_FILES_DIR) / FOLDER
    if not root.is_dir():
        return []
    return sorted(found.name for found in root.iterdir() if _last_touched(found) < limit)


def _last_touched(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.glob("parts")))
    except FileNotFoundError:  # removed meanwhile
        return time.time()
