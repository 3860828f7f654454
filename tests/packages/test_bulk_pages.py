"""Many packages at once, and a file of tracking numbers, through HTTP."""

import io

import pytest

from core.jobs.models import Job
from tests.orders_pages.test_lists import waiting_case
from tests.packages.console import (
    HTMX,
    packed,
    reload,
    say,
    text,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]


def test_a_small_bulk_is_done_at_once_and_said(seller, kiln, norrpost):
    packages = [packed(kiln) for _package in range(3)]
    numbers = [package.number for package in packages]
    tracking = {f"tracking-{number}": f"NP000{i}" for i, number in enumerate(numbers)}

    dialog = text(
        seller.get("/seller/packages/bulk/", {"action": "ship", "numbers": numbers}, headers=HTMX)
    )
    assert "Ship 3 packages" in dialog
    answer = say(
        seller,
        "/seller/packages/bulk/",
        action="ship",
        numbers=numbers,
        back="/seller/packages/preparing/?due=overdue",
        **tracking,
    )

    assert "3 packages shipped." in text(answer)
    assert answer.redirect_chain[-1][0] == "/seller/packages/preparing/?due=overdue"
    assert [reload(one).tracking_number for one in packages] == ["NP0000", "NP0001", "NP0002"]


def test_a_wrong_tracking_number_stands_beside_its_row_and_nothing_ships(seller, kiln, norrpost):
    good, bad = packed(kiln), packed(kiln)

    answer = say(
        seller,
        "/seller/packages/bulk/",
        action="ship",
        numbers=[good.number, bad.number],
        **{f"tracking-{good.number}": "NP0001", f"tracking-{bad.number}": "NP1"},
    )

    page = text(answer, 422)
    assert 'value="NP1"' in page
    assert page.count("tracking numbers look different") >= 1
    assert {reload(good).status, reload(bad).status} == {"preparing"}
    assert not Job.objects.exists()


def test_a_request_is_left_out_of_a_bulk_unless_it_is_said(seller, kiln):
    plain, asked = packed(kiln), packed(kiln)
    waiting_case(asked.order)
    send = {"action": "ship", "numbers": [plain.number, asked.number]}

    question = text(seller.get("/seller/packages/bulk/", send))
    assert "1 package has a waiting cancellation request." in question
    assert "Ship 1 package" in question
    say(seller, "/seller/packages/bulk/", **send, requests="leave_out")
    assert (reload(plain).status, reload(asked).status) == ("shipped", "preparing")

    say(seller, "/seller/packages/bulk/", action="ship", numbers=[asked.number], requests="anyway")
    assert reload(asked).status == "shipped"


@pytest.mark.parametrize("action", ["ready", "ship", "deliver", "change_delivery"])
def test_a_foreign_number_changes_nothing_of_anybody(seller, kiln, luma, norrpost, action):
    mine, theirs = packed(kiln), packed(luma)
    before = reload(theirs)

    answer = say(
        seller,
        "/seller/packages/bulk/",
        action=action,
        numbers=[mine.number, theirs.number],
        delivery_option="standard",
    )

    assert "There is no such package." in text(answer)
    after = reload(theirs)
    assert (after.status, after.version) == (before.status, before.version)


def test_an_unknown_action_is_not_there(seller, kiln):
    package = packed(kiln)
    send = {"action": "burn", "numbers": [package.number]}
    assert seller.get("/seller/packages/bulk/", send).status_code == 404


def test_a_bulk_of_nothing_comes_back(seller, kiln):
    answer = seller.get("/seller/packages/bulk/", {"action": "ship"}, follow=True)
    assert "Select something first." in text(answer)


def test_the_back_address_stays_here(seller, kiln):
    package = packed(kiln)
    answer = say(
        seller,
        f"/seller/packages/{package.number}/ready/",
        follow=False,
        back="https://evil.example/",
    )
    assert answer["Location"] == f"/seller/packages/{package.number}/"


def test_a_file_is_looked_at_before_anything_ships(seller, kiln, luma, norrpost):
    packages, theirs = [packed(kiln) for _package in range(3)], packed(luma)
    rows = [
        f"{packages[0].number},NP0001",
        f"{packages[1].number},WRONG",
        f"{packages[2].number},NP0003",
        f"{theirs.number},NP0004",
    ]
    upload = io.BytesIO("\n".join(["package,tracking", *rows]).encode())
    upload.name = "tracking.csv"

    looked = say(seller, "/seller/packages/tracking/", file=upload)
    page = text(looked)
    assert "Ship 2 packages" in page
    assert "tracking numbers look different" in page
    assert "There is no such package." in page
    assert {reload(package).status for package in [*packages, theirs]} == {"preparing"}

    shipped = say(seller, "/seller/packages/tracking/", content=looked.context["content"])
    assert shipped.redirect_chain[-1][0].startswith("/seller/jobs/")
    assert [reload(package).status for package in packages] == ["shipped", "preparing", "shipped"]
    assert reload(theirs).status == "preparing"
    assert Job.objects.get().failed == 2


def test_no_file_and_no_csv_are_said(seller, kiln):
    assert "Choose a file first." in text(say(seller, "/seller/packages/tracking/"), 422)
    upload = io.BytesIO(b"\x00\xff\xfe not a table")
    upload.name = "x.csv"
    assert say(seller, "/seller/packages/tracking/", file=upload).status_code == 422
