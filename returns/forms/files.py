"""Photos and documents in a form: several at once, and kept when the form comes back.

A file that was sent is stored at once and goes on as its key, so that nobody has to choose it
again because something else was wrong.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import DomainError, Problems
from core.evidence.models import StoredFile
from core.evidence.operations import given_files, store_uploads

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"
KEPT = "kept-"


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)

    def value_omitted_from_data(self, data, files, name):
        return name not in files


class FilesField(forms.Field):
    """Any number of files; what they are is judged when they are stored, by their content."""

    widget = SeveralFiles

    def __init__(self, **options):
        super().__init__(
            **{
                "required": False,
                "label": _("Photos or documents"),
                "help_text": _("JPEG, PNG, WebP or PDF, 10 MB each."),
            }
            | options
        )
        self.widget.attrs["accept"] = ACCEPTED

    def clean(self, value: Any) -> list:
        return list(value or ())


class KeepsFiles:
    """For a form with `FilesField`s: stores what was sent, and finds what was sent before."""

    data: Any
    files: Any
    fields: dict[str, forms.Field]

    def kept(self, field: str) -> list[StoredFile]:
        """The files of a field that are stored already."""
        return self._stored.get(field, [])

    @property
    def kept_files(self) -> list[StoredFile]:
        """Those of the field `files`, for forms that have one."""
        return self.kept("files")

    @property
    def _stored(self) -> dict[str, list[StoredFile]]:
        if not hasattr(self, "_stored_files"):
            self._stored_files: dict[str, list[StoredFile]] = {}
        return self._stored_files

    def store(self, actor: Actor) -> None:
        """Store what was sent now, after what was sent before. What cannot be kept becomes an
        error of its field."""
        for name, field in self.fields.items():
            if isinstance(field, FilesField):
                self._stored[name] = self._stored_for(name, actor)

    def _stored_for(self, name: str, actor: Actor) -> list[StoredFile]:
        keys = self.data.getlist(f"{KEPT}{name}") if hasattr(self.data, "getlist") else []
        try:
            before = given_files(keys, given_by=actor)
        except DomainError:  # cleared away meanwhile, or another's: they choose again
            before = []
        try:
            return [*before, *store_uploads(self.files.getlist(name), given_by=actor)]
        except DomainError as refusal:
            self._refuse(name, refusal)
            return before

    def _refuse(self, name: str, refusal: DomainError) -> None:
        sent = self.files.getlist(name)
        for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
            _kind, _sep, place = (one.field or "").partition("/")
            called = sent[int(place)].name[:60] if place.isdecimal() else ""
            self.add_error(name, f"{called}: {one}" if called else str(one))  # type: ignore[attr-defined]


def kept_name(field: BoundField) -> str:
    """The name under which the keys of stored files go on."""
    return f"{KEPT}{field.html_name}"


def names_of(files: Sequence[StoredFile]) -> str:
    return ", ".join(file.name for file in files)
