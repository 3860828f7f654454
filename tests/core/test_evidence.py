"""Files that people give: known by their content, kept without what could harm, or refused."""

import io
import os
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image, ImageFile

from core.actors import SYSTEM
from core.errors import Problems
from core.evidence import keeping
from core.evidence.models import StoredFile
from core.evidence.naming import clean_name
from core.evidence.operations import (
    FileRefused,
    TooManyFiles,
    UnknownFile,
    forget_unheld,
    given_files,
    store_upload,
    store_uploads,
)
from core.evidence.views import file_response
from orders.models import Case
from returns.models import ReturnEvidence
from tests.core.hostile_files import CLEANED, PAYLOAD, PLACE, REFUSED, moving, noise, pdf, picture
from tests.factories import make_case, make_customer, make_order, make_owner

pytestmark = pytest.mark.django_db
UNSAFE = (PAYLOAD, PLACE, b"PK\x03\x04", b"%PDF-", b"Exif", b"<script", b"<?xpacket")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.PRIVATE_FILES_DIR = str(tmp_path)
    return tmp_path


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    given = SimpleUploadedFile("x", content, "image/jpeg")
    given._name = name  # as a request could say it; the class itself would mend it
    return given


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def kept(stored: StoredFile) -> bytes:
    return keeping.path_of(stored.key).read_bytes()


def test_there_are_enough_hostile_files():
    assert len(REFUSED) + len(CLEANED) >= 50


@pytest.mark.parametrize(
    ("name", "make"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(folder, name, make, monkeypatch):
    # As WeasyPrint asks of Pillow, for the whole process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(FileRefused) as refused:
        store_upload(upload(make(), name), given_by=SYSTEM, field="items/0/files/0")
    words = str(refused.value)
    assert refused.value.field == "items/0/files/0"
    assert 10 < len(words) < 160
    assert not re.search(r"Error|Exception|None|0x|bytes|stream|decode|object", words)
    assert not StoredFile.objects.exists()
    assert on_disk(folder) == []


@pytest.mark.parametrize(
    ("name", "make"), [row[1:] for row in CLEANED], ids=[r[0] for r in CLEANED]
)
def test_what_can_be_kept_is_kept_without_what_could_harm(folder, name, make):
    stored = store_upload(upload(make(), name), given_by=SYSTEM)
    content = kept(stored)
    assert not [found for found in UNSAFE if found in content]
    with Image.open(io.BytesIO(content)) as shown:
        shown.load()
        assert shown.size == (stored.width, stored.height) == (40, 30)
        assert not set(shown.info) & {"exif", "icc_profile", "comment", "xmp", "Comment"}
    assert re.fullmatch(r"[^/\\\x00-\x1f\u202e]{1,104}\.(jpg|png|webp)", stored.name)
    assert on_disk(folder) == [keeping.path_of(stored.key)]


def test_ordinary_files_are_kept_as_what_they_are(folder):
    for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")):
        stored = store_upload(upload(picture(kind), f"My photo.{ending}"), given_by=SYSTEM)
        assert (stored.name, stored.content_type) == (
            f"My photo.{ending}",
            f"image/{kind.lower()}",
        )
    document = store_upload(upload(pdf(), "Receipt.pdf"), given_by=SYSTEM)
    assert kept(document) == pdf()
    assert (document.content_type, document.width) == ("application/pdf", None)
    assert keeping.path_of(document.key).stat().st_mode & 0o777 == 0o600


def test_a_pdf_with_packed_objects_that_do_nothing_is_fine():
    from tests.core.hostile_files import packed_objects

    store_upload(upload(pdf(packed_objects(b"<< /Type /Font >>"))), given_by=SYSTEM)


def test_a_phone_photo_is_turned_upright_and_made_smaller():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    to = io.BytesIO()
    left = Image.new("RGB", (4000, 2000), "white")
    left.paste("black", (0, 0, 2000, 2000))
    left.save(to, "JPEG", exif=exif.tobytes())
    stored = store_upload(upload(to.getvalue()), given_by=SYSTEM)
    assert (stored.width, stored.height) == (1500, 3000)
    with Image.open(io.BytesIO(kept(stored))) as shown:
        dark, light = shown.getpixel((700, 100)), shown.getpixel((700, 2900))
    assert max(dark) < 40 < 200 < min(light)


def test_a_phone_photo_with_a_second_picture_inside_is_one_picture():
    to = io.BytesIO()
    noise().save(to, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))])
    stored = store_upload(upload(to.getvalue()), given_by=SYSTEM)
    with Image.open(io.BytesIO(kept(stored))) as shown:
        assert (shown.format, shown.getpixel((0, 0)) != (0, 0, 0)) == ("JPEG", True)


def test_what_is_see_through_stays_so_and_grey_stays_grey():
    to = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(to, "PNG")
    with Image.open(io.BytesIO(kept(store_upload(upload(to.getvalue()), given_by=SYSTEM)))) as png:
        assert png.getpixel((0, 0))[3] == 0
    to = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(to, "PNG")
    with Image.open(io.BytesIO(kept(store_upload(upload(to.getvalue()), given_by=SYSTEM)))) as png:
        assert abs(png.convert("L").getpixel((0, 0)) - 0x80) <= 1


def test_a_png_that_would_be_too_large_becomes_a_jpeg(settings):
    to = io.BytesIO()
    noise((400, 400)).convert("RGBA").quantize(250).save(to, "PNG")
    settings.EVIDENCE_LARGEST = len(to.getvalue()) + 10
    stored = store_upload(upload(to.getvalue(), "shot.png"), given_by=SYSTEM)
    assert (stored.content_type, stored.name) == ("image/jpeg", "shot.jpg")
    assert stored.size <= settings.EVIDENCE_LARGEST


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Bröken cup.JPG", "Bröken cup.png"),
        ("../../x", "x.png"),
        ("..\\..\\x.php", "x.png"),
        ("\u202egnp.exe", "gnp.png"),
        ("a\r\nb", "a b.png"),
        ("v1.2 final", "v1.2 final.png"),
        ('a"b;c', "a-b-c.png"),
        ("", "file.png"),
        (".htaccess", "htaccess.png"),
        ("\ud800", "file.png"),
    ],
)
def test_names_lose_what_a_name_should_not_hold(given, name):
    assert clean_name(given, "png") == name


def test_several_are_kept_or_none(folder, settings):
    good, bad = upload(picture("PNG")), upload(b"GIF89a")
    with pytest.raises(FileRefused) as one:
        store_uploads([good, bad], given_by=SYSTEM)
    assert one.value.field == "files/1"
    with pytest.raises(Problems) as two:
        store_uploads([bad, good, bad], given_by=SYSTEM)
    assert [problem.field for problem in two.value.problems] == ["files/0", "files/2"]
    with pytest.raises(TooManyFiles) as many:
        store_uploads([good] * (settings.EVIDENCE_MOST_FILES + 1), given_by=SYSTEM)
    assert many.value.allowed == ["10"]
    assert not StoredFile.objects.exists()
    stored = store_uploads([good, upload(picture("JPEG"))], given_by=SYSTEM)
    assert [row.content_type for row in stored] == ["image/png", "image/jpeg"]


def hold(stored: StoredFile) -> Case:
    order = make_order()
    case, _items = make_case(order, kind="return")
    ReturnEvidence.objects.create(case=case, file=stored, given_by_role="customer")
    return case


def test_given_first_and_named_later_by_the_same_person_once():
    giver, other = make_customer(make_order()), make_owner()
    stored = store_upload(upload(picture("PNG")), given_by=giver)
    assert given_files([str(stored.key)], given_by=giver) == [stored]
    for keys, who in (([stored.key], other), (["../x"], giver), ([stored.key], SYSTEM)):
        with pytest.raises(UnknownFile) as refused:
            given_files(keys, given_by=who)
        assert refused.value.field == "files/0"
    hold(stored)
    with pytest.raises(UnknownFile):
        given_files([stored.key], given_by=giver)


def test_what_nobody_took_is_cleared_away_after_a_day(folder):
    held, fresh, old = (store_upload(upload(picture("PNG")), given_by=SYSTEM) for _ in range(3))
    hold(held)
    yesterday = timezone.now() - timedelta(hours=25)
    StoredFile.objects.exclude(pk=fresh.pk).update(given_at=yesterday)
    with transaction.atomic():
        rolled_back = store_upload(upload(picture("PNG")), given_by=SYSTEM)
        transaction.set_rollback(True)
    orphan = keeping.path_of(rolled_back.key)
    unfinished = orphan.with_name(orphan.name + ".1.part")
    unfinished.write_bytes(b"half")
    assert forget_unheld() == 1
    assert orphan.exists()  # its row may still be on its way
    for path in on_disk(folder):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert forget_unheld() == 2
    assert {path.name for path in on_disk(folder)} == {held.key.hex, fresh.key.hex}
    assert not StoredFile.objects.filter(pk=old.pk).exists()


def test_a_disk_that_is_full_leaves_no_row_and_no_half_file(folder, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.evidence.keeping.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store_upload(upload(picture("PNG")), given_by=SYSTEM)
    assert on_disk(folder) == []
    assert not StoredFile.objects.exists()


def test_handed_out_as_something_that_cannot_act():
    photo = store_upload(upload(picture("PNG"), 'a".png'), given_by=SYSTEM)
    document = store_upload(upload(pdf(), "Bröken.pdf"), given_by=SYSTEM)
    shown = file_response(RequestFactory().get("/"), photo)
    assert b"".join(shown.streaming_content) == kept(photo)
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["Content-Type"] == "image/png"
    download = file_response(RequestFactory().get("/"), document)
    assert download["Content-Disposition"] == "attachment; filename*=utf-8''Br%C3%B6ken.pdf"
    for answer in (shown, download):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert set(answer["Cache-Control"].split(", ")) == {"private", "no-cache"}
    download.close()
    again = RequestFactory().get("/", headers={"If-None-Match": shown["ETag"]})
    assert file_response(again, photo).status_code == 304


def test_moving_pictures_are_told_apart_from_broken_ones():
    with pytest.raises(FileRefused, match="moves"):
        store_upload(upload(moving("WEBP")), given_by=SYSTEM)
