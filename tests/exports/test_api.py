"""Exports by programs: ask, follow, fetch."""

import pytest

from core.accounts.models import StaffMember
from core.actors import Rank
from core.exports.models import Export
from core.jobs.operations import continue_job
from tests.exports import sample
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.people import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(owner):
    return Program(owner, "exports:read", "exports:write")


def ask(program, **content):
    return program.post("exports/", {"source": sample.NAME, **content})


def test_from_asking_to_the_file(program):
    sample.fill(3)

    asked = ask(program, columns=["position"], filters={"label": "row"}, title="Nightly")

    assert asked.status_code == 202
    number = asked.json()["number"]
    assert asked["Location"].endswith(f"/api/v1/exports/{number}/")
    told = program.get(f"exports/{number}/").json()
    assert (told["status"], told["file"], told["allowed_actions"]) == ("waiting", None, ["cancel"])
    while continue_job(job_id=Export.objects.get().job_id):
        pass
    told = program.get(f"exports/{number}/").json()
    assert (told["status"], told["rows"], told["done"]) == ("done", 3, 3)
    assert told["allowed_actions"] == ["download", "retry"]
    assert (told["title"], told["query"]) == ("Nightly", "label=row")
    path = told["file"].partition("/api/v1/")[2]
    file = program.get(path)
    assert b"".join(file.streaming_content) == b"Position\n3\n2\n1\n"
    assert file["Content-Length"] == str(told["size"])


def test_the_same_key_asks_once(program):
    first = program.post("exports/", {"source": sample.NAME}, key="nightly-1")
    second = program.post("exports/", {"source": sample.NAME}, key="nightly-1")

    assert second["Idempotent-Replayed"] == "true"
    assert second.json()["number"] == first.json()["number"]
    assert Export.objects.count() == 1


def test_without_columns_it_is_the_lists_usual_ones(program):
    ask(program)

    assert "slow" not in Export.objects.get().columns
    assert Export.objects.get().columns[:2] == ["label", "position"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"source": "nothing"}, 400, "source_not_found"),
        ({"columns": ["secret"]}, 400, "columns_not_valid"),
        ({"columns": []}, 400, "empty"),
        ({"format": "pdf"}, 400, "invalid_choice"),
        ({"filters": {"label": {"a": 1}}}, 400, "invalid"),
        ({"zone": "Mars/Base"}, 400, "invalid"),
        ({"sorce": "x"}, 400, "unknown_field"),
    ],
)
def test_what_cannot_be_meant_is_refused(program, content, status, code):
    answer = ask(program, **content)

    assert answer.status_code == status, answer.content
    assert code in answer.content.decode()
    assert not Export.objects.exists()


def test_filters_are_those_of_the_list(owner, program):
    answer = program.post("exports/", {"source": "orders", "filters": {"status": ["nonsense"]}})

    assert answer.status_code == 400
    assert "status" in answer.content.decode()


@pytest.mark.parametrize(
    "source", ["orders", "order_items", "packages", "requests", "refund_plans"]
)
def test_a_filter_that_the_list_does_not_know_is_refused_not_left_out(program, source):
    answer = program.post("exports/", {"source": source, "filters": {"sttaus": "shipped"}})

    assert answer.status_code == 400
    assert "filters/sttaus" in answer.content.decode()
    assert not Export.objects.exists()


def test_a_sellers_file_holds_their_own_orders_only():
    ours, theirs = make_seller(), make_seller()
    make_order(sellers=[ours], number="OURS-1")
    make_order(sellers=[theirs], number="THEIRS-1")
    program = Program(make_member(ours), "exports:read", "exports:write")

    number = program.post("exports/", {"source": "orders", "columns": ["order_number"]}).json()[
        "number"
    ]
    while continue_job(job_id=Export.objects.get().job_id):
        pass

    file = b"".join(program.get(f"exports/{number}/file/").streaming_content)
    assert b"OURS-1" in file
    assert b"THEIRS-1" not in file


def test_cancelling_and_asking_again(program):
    number = ask(program).json()["number"]

    stopped = program.post(f"exports/{number}/cancellation/")
    again = program.post(f"exports/{number}/repetition/")

    assert stopped.status_code == 201
    assert (stopped.json()["status"], stopped.json()["allowed_actions"]) == ("cancelled", ["retry"])
    assert again.status_code == 202
    assert again.json()["number"] != number
    assert program.get(f"exports/{number}/file/").status_code == 409


def test_others_exports_are_not_there(program, start, made):
    foreign = made(start(actor=make_owner()))

    assert program.get(f"exports/{foreign.number}/").status_code == 404
    assert program.get(f"exports/{foreign.number}/file/").status_code == 404
    assert program.get("exports/").json()["results"] == []


def test_scopes(owner):
    reader, orders = Program(owner, "exports:read"), Program(owner, "orders:read")

    assert reader.get("exports/").status_code == 200
    assert ask(reader).status_code == 403
    assert orders.get("exports/").status_code == 403


def test_a_token_of_somebody_who_is_an_employee_now_gets_nothing(owner, program, start, made):
    export = made(start())
    StaffMember.objects.filter(user_id=owner.user_id).update(rank=Rank.EMPLOYEE)

    assert ask(program).status_code == 403
    assert program.get(f"exports/{export.number}/file/").status_code == 403
