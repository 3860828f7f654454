"""The pages of jobs and of the bell, through HTTP as people see them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import Actor, Role
from core.jobs import Chunk, Row, job_kind, operations
from core.jobs.kinds import KINDS
from core.jobs.models import Job
from core.notifications.models import Notification
from core.notifications.operations import notify
from tests.factories import make_member, make_owner, make_seller
from tests.people import bearer, signed_in

pytestmark = pytest.mark.django_db


class Halves:
    def plan(self, job):
        return 2

    def chunk(self, job, cursor):
        if cursor is None:
            return Chunk([Row("FH-1")], 1)
        return Chunk([Row("FH-2", failed=True, message="Its invoice is missing.")], None)


@pytest.fixture(autouse=True)
def kind(doorbell):
    job_kind("probe.halves", label="Halves")(Halves)
    yield
    del KINDS["probe.halves"]


@pytest.fixture
def member(db) -> Actor:
    return make_member(make_seller("oda"))


@pytest.fixture
def job(member) -> Job:
    return operations.start_job("probe.halves", actor=member, title="Two halves")


def page_of(job: Job) -> str:
    return f"/seller/jobs/{job.number}/"


def a_worker_is_at(job: Job) -> None:
    """Its step is leased, as while it is being done."""
    Job.objects.filter(pk=job.pk).update(next_attempt_at=timezone.now() + timedelta(minutes=1))


def test_a_job_is_watched_while_it_works(client, member, job):
    signed_in(client, member)
    operations.continue_job(job_id=job.pk)

    page = client.get(page_of(job)).content.decode()

    assert "Two halves" in page
    assert "1 of 2 rows" in page
    assert 'value="1" max="2" aria-label="Progress of the job"' in page
    assert 'data-poll="2"' in page
    assert "Cancel job" in page
    assert "<c-" not in page

    part = client.get(page_of(job), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="work"')
    assert "HX-Refresh" not in part.headers


def test_a_job_that_has_ended_shows_what_needs_a_look(client, member, job):
    signed_in(client, member)
    while operations.continue_job(job_id=job.pk):
        pass

    page = client.get(page_of(job)).content.decode()

    assert "100%" in page
    assert "Its invoice is missing." in page
    assert "data-poll" not in page
    assert "Cancel job" not in page
    part = client.get(page_of(job), headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"


def test_a_job_that_nobody_is_at_is_cancelled_at_once(client, member, job):
    signed_in(client, member)

    answer = client.post(f"{page_of(job)}cancellation/", follow=True)

    assert answer.redirect_chain == [(page_of(job), 302)]
    page = answer.content.decode()
    assert "Job cancelled." in page
    assert "Stopping" not in page
    assert "Cancel job" not in page
    job.refresh_from_db()
    assert job.status == Job.Status.CANCELLED


def test_a_job_that_is_worked_on_stops_before_its_next_step(client, member, job):
    signed_in(client, member)
    a_worker_is_at(job)

    page = client.post(f"{page_of(job)}cancellation/", follow=True).content.decode()

    assert "Job stops before its next step." in page
    assert "Stopping" in page
    assert "Cancel job" not in page
    job.refresh_from_db()
    assert job.cancel_requested_at <= timezone.now()


def test_a_job_that_has_ended_is_not_cancelled(client, member, job):
    signed_in(client, member)
    while operations.continue_job(job_id=job.pk):
        pass

    late = client.post(f"{page_of(job)}cancellation/", follow=True).content.decode()

    assert "This job has ended already." in late


def test_a_foreign_job_looks_like_a_missing_one(client, job):
    other = make_member(make_seller("bo"))
    signed_in(client, other)

    for address in (page_of(job), "/seller/jobs/J-MISSING/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{page_of(job)}cancellation/").status_code == 404
    assert job.number not in client.get("/seller/jobs/").content.decode()


def test_the_owner_sees_all_jobs_newest_first(client, member, job):
    owner = make_owner()
    newer = operations.start_job("probe.halves", actor=owner)
    signed_in(client, owner)

    page = client.get("/owner/jobs/").content.decode()

    assert page.index(newer.number) < page.index(job.number)
    assert "<c-" not in page


def test_a_list_costs_the_same_with_many_jobs(client, member, django_assert_max_num_queries):
    signed_in(client, member)
    for _ in range(20):
        operations.start_job("probe.halves", actor=member)

    with django_assert_max_num_queries(12):
        assert client.get("/seller/jobs/").status_code == 200


def test_a_program_follows_a_job(client, member, job):
    while operations.continue_job(job_id=job.pk):
        pass
    mine = bearer(member, "orders:read")

    found = client.get(f"/api/v1/jobs/{job.number}/", headers=mine).json()
    rows = client.get(f"/api/v1/jobs/{job.number}/rows/", headers=mine).json()

    assert (found["status"], found["done"], found["failed"]) == ("done", 2, 1)
    assert [row["message"] for row in rows["results"]] == ["", "Its invoice is missing."]
    listed = client.get("/api/v1/jobs/", headers=mine).json()["results"]
    assert [row["number"] for row in listed] == [job.number]


def test_a_programs_jobs_are_its_own_and_need_the_scope(client, member, job):
    other = bearer(make_member(make_seller("bo")), "orders:read")
    narrow = bearer(member, "packages:read")

    for tail in ("", "rows/"):
        assert client.get(f"/api/v1/jobs/{job.number}/{tail}", headers=other).status_code == 404
        assert client.get(f"/api/v1/jobs/{job.number}/{tail}", headers=narrow).status_code == 403
        assert client.get(f"/api/v1/jobs/{job.number}/{tail}").status_code == 401


# -- The bell -------------------------------------------------------------------------------


@pytest.fixture
def line(member) -> Notification:
    notify(
        user_ids=[member.user_id],
        role=Role.SELLER,
        seller_id=member.seller_id,
        template="job_finished",
        data={"number": "J-1", "status": "done"},
        url="/seller/jobs/J-1/",
        dedupe_key="job:1",
    )
    return Notification.objects.get()


def test_the_bell_lists_opens_and_reads(client, member, line):
    signed_in(client, member)

    page = client.get("/seller/notifications/").content.decode()
    assert "Job J-1 is done." in page
    assert "Notifications, 1 new" in page
    assert "<c-" not in page

    opened = client.get(f"/seller/notifications/{line.pk}/")
    assert opened.headers["Location"] == "/seller/jobs/J-1/"
    assert "Notifications, 0 new" in client.get("/seller/notifications/").content.decode()


def test_all_are_read_with_one_button(client, member, line):
    signed_in(client, member)

    answer = client.post("/seller/notifications/read/", follow=True)

    assert "All notifications are read." in answer.content.decode()
    line.refresh_from_db()
    assert line.read_at


def test_a_foreign_notification_is_not_there(client, line):
    signed_in(client, make_member(make_seller("bo")))

    assert client.get(f"/seller/notifications/{line.pk}/").status_code == 404
    assert "Job J-1" not in client.get("/seller/notifications/").content.decode()


def test_a_notification_leads_nowhere_else(client, member, line):
    Notification.objects.update(url="https://evil.example/")
    signed_in(client, member)

    answer = client.get(f"/seller/notifications/{line.pk}/")

    assert answer.headers["Location"].startswith("/")
