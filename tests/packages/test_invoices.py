"""Invoice files: known by their content, kept privately, handed out as they came in."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from packages.models import Package
from packages.paper import invoices
from packages.paper.invoices import (
    InvoiceFileRefused,
    NoInvoiceFile,
    discard_invoice,
    open_invoice,
    store_invoice,
)

PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.PRIVATE_FILES_DIR = str(tmp_path / "files")
    return tmp_path / "files"


def upload(content: bytes, name: str = "invoice.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def picture(kind: str) -> bytes:
    written = BytesIO()
    Image.new("RGB", (4, 4)).save(written, kind)
    return written.getvalue()


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "type", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (picture("JPEG"), "image/jpeg", "jpg"),
        (picture("PNG"), "image/png", "png"),
    ],
)
def test_what_was_handed_in_comes_out_again(folder, content, type, ending):
    name = store_invoice(upload(content, "../../etc/my invoice.exe"))
    package = Package(number="P-1", invoice_number="F-2026/11", invoice_file=name)

    found = open_invoice(package)

    with found.stream as stream:
        assert stream.read() == content
    assert (found.content_type, found.filename) == (type, f"invoice-f-202611.{ending}")
    [path] = kept(folder)
    assert path.is_relative_to(folder)
    assert "my" not in path.name
    assert path.stat().st_mode & 0o077 == 0


def test_two_files_of_one_name_are_two_files(folder):
    assert store_invoice(upload(PDF)) != store_invoice(upload(PDF))
    assert len(kept(folder)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b" %PDF-1.7",
        b"\xff\xd8\xff and then nothing of a picture",
        picture("PNG")[:40],
        picture("GIF"),
    ],
)
def test_what_is_no_invoice_is_refused_and_not_kept(folder, content):
    with pytest.raises(InvoiceFileRefused) as refused:
        store_invoice(upload(content))
    assert refused.value.field == "file"
    assert kept(folder) == []


def test_a_file_that_is_too_large_is_refused_unread(folder, monkeypatch):
    monkeypatch.setattr(invoices, "LARGEST", 20)
    store_invoice(upload(PDF + b" " * (20 - len(PDF))))
    with pytest.raises(InvoiceFileRefused, match="5 MB"):
        store_invoice(upload(PDF + b" " * 20))
    assert len(kept(folder)) == 1


@pytest.mark.parametrize(
    "name", ["", "invoices/aa/gone.pdf", "../../../etc/passwd", "invoices/../../x.pdf"]
)
def test_a_file_that_is_not_there_is_missing(name):
    package = Package(number="P-1", invoice_file=name)
    with pytest.raises(NoInvoiceFile):
        open_invoice(package)


def test_a_file_that_no_package_names_can_be_forgotten(folder):
    discard_invoice(store_invoice(upload(PDF)))
    discard_invoice("invoices/aa/gone.pdf")
    assert kept(folder) == []
