"""Photos and documents of a return, as they are handed out: to whom they are for, each time."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.actors import Actor, Role
from core.evidence.models import StoredFile
from core.evidence.operations import store_upload
from returns.models import ReturnEvidence, ReturnRequest
from returns.operations import write_message
from tests.core.hostile_files import pdf, picture
from tests.factories import make_customer, make_member, make_owner, make_seller
from tests.people import signed_in
from tests.returns.acts import asked, delivered_order

pytestmark = pytest.mark.django_db
SURFACES = {"customer": "my", "seller": "seller", "owner": "owner", "stranger": "my"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)


@pytest.fixture
def request_() -> ReturnRequest:
    return asked(delivered_order())


@pytest.fixture
def people(request_) -> dict[str, Actor]:
    return {
        "customer": Actor(Role.CUSTOMER, user_id=request_.case.order.customer.user_id),
        "seller": make_member(request_.case.seller),
        "owner": make_owner(),
        "stranger": make_customer(delivered_order()),
        "other seller": make_member(make_seller()),
    }


def given(request_: ReturnRequest, by: Actor, content: bytes, **readers) -> StoredFile:
    file = store_upload(SimpleUploadedFile("a photo.png", content), given_by=by)
    write_message(request_.case, text="See this.", files=[file], actor=by, **readers)
    return file


def fetch(client, actor: Actor, file: StoredFile, **headers):
    surface = SURFACES.get(str(actor.role), "seller")
    address = reverse(f"{surface}:evidence_file", args=[file.key])
    return signed_in(client, actor).get(address, headers=headers)


@pytest.mark.parametrize(
    ("by", "readers", "seen_by"),
    [
        ("customer", {}, {"customer", "seller", "owner"}),
        ("customer", {"for_seller": False}, {"customer", "owner"}),
        ("seller", {"for_customer": False}, {"seller", "owner"}),
        ("owner", {"for_customer": False, "for_seller": False}, {"owner"}),
    ],
)
def test_a_file_is_shown_to_those_it_is_for(client, request_, people, by, readers, seen_by):
    file = given(request_, people[by], picture("PNG"), **readers)
    answers = {name: fetch(client, actor, file).status_code for name, actor in people.items()}
    assert {name for name, status in answers.items() if status == 200} == seen_by
    assert set(answers.values()) <= {200, 404}


def test_it_is_asked_at_each_download(client, request_, people):
    file = given(request_, people["customer"], picture("PNG"))
    first = fetch(client, people["seller"], file)
    again = {"if_none_match": first["ETag"]}
    assert fetch(client, people["seller"], file, **again).status_code == 304
    ReturnEvidence.objects.update(for_seller=False)
    assert fetch(client, people["seller"], file, **again).status_code == 404


def test_a_page_of_ours_never_runs_what_is_in_it(client, request_, people):
    photo = fetch(client, people["owner"], given(request_, people["owner"], picture("PNG")))
    assert photo["Content-Disposition"] == 'inline; filename="a photo.png"'
    document = fetch(client, people["owner"], given(request_, people["owner"], pdf()))
    assert document["Content-Disposition"] == 'attachment; filename="a photo.pdf"'
    for answer in (photo, document):
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]
        b"".join(answer.streaming_content)


def test_not_signed_in_and_not_held(client, request_, people):
    file = given(request_, people["customer"], picture("PNG"))
    address = reverse("my:evidence_file", args=[file.key])
    assert client.get(address).status_code == 302
    unheld = store_upload(SimpleUploadedFile("b.png", picture("PNG")), given_by=people["customer"])
    assert fetch(client, people["customer"], unheld).status_code == 404


def test_a_file_that_is_lost_is_said_to_be_missing(client, request_, people, settings):
    file = given(request_, people["customer"], picture("PNG"))
    settings.PRIVATE_FILES_DIR += "/elsewhere"
    assert fetch(client, people["owner"], file).status_code == 404
