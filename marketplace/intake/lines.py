"""JSON Lines from a file, gzipped or not, or from standard input."""

import gzip
import json
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from core.errors import InvalidInput

GZIP = b"\x1f\x8b"


class Damaged(InvalidInput):
    """The file cannot be read from some line on."""

    code = "damaged_file"


class JsonLines:
    """Lines that can be read more than once; standard input is kept in a file meanwhile."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.gzipped = file.read(2) == GZIP

    @classmethod
    def of_path(cls, path: Path) -> "JsonLines":
        return cls(path.open("rb"))

    @classmethod
    def of_stream(cls, stream: BinaryIO) -> "JsonLines":
        kept = tempfile.TemporaryFile()  # noqa: SIM115  # closed by close()
        shutil.copyfileobj(stream, kept)
        kept.seek(0)
        return cls(kept)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """(line number from 1, line), empty lines left out. Raises Damaged."""
        self.file.seek(0)
        number = 0
        try:
            for number, line in enumerate(self._opened(), start=1):
                if line.strip():
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Damaged(
                _("The file is damaged after line %(number)s: %(error)s.")
                % {"number": number, "error": error}
            ) from error

    def count(self) -> int:
        """How many lines there are to read, as far as the file can be read."""
        lines = 0
        try:
            for _line in self:
                lines += 1
        except Damaged:
            pass
        return lines

    def close(self) -> None:
        self.file.close()

    def _opened(self) -> BinaryIO:
        return gzip.GzipFile(fileobj=self.file) if self.gzipped else self.file  # type: ignore[return-value]


def parse(line: bytes) -> Any:
    """The JSON value of one line. Raises InvalidInput saying where it is broken."""
    try:
        return json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            _("Not JSON: %(what)s at character %(at)s.") % {"what": error.msg, "at": error.colno},
            code="not_json",
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("Not UTF-8 at byte %(at)s.") % {"at": error.start + 1}, code="not_json"
        ) from None
    except (RecursionError, ValueError) as error:
        raise InvalidInput(_("Not JSON: %(what)s.") % {"what": error}, code="not_json") from None


def _refuse_constant(name: str):
    raise ValueError(name)
