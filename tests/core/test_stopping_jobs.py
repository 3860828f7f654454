"""Who may stop long work: one rule, asked by the button, the operation and an export's cancel."""

from dataclasses import replace

import pytest

from core.actors import SYSTEM, Actor, Rank, Role
from core.errors import NotAllowed
from core.exports.operations import start_export
from core.exports.policies import allowed_actions
from core.jobs import operations
from core.jobs.models import Job
from core.jobs.policies import may_stop
from sellers.models import Seller
from tests.factories import make_member, make_owner, make_seller
from tests.people import Program, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(doorbell) -> Seller:
    return make_seller("oda")


@pytest.fixture
def manager(seller) -> Actor:
    return make_member(seller, "manager")


@pytest.fixture
def employee(seller) -> Actor:
    return make_member(seller, "employee")


def export_of(actor: Actor):
    return start_export(
        source="orders",
        format="csv",
        columns=["order_number"],
        query="",
        actor=actor,
        zone="UTC",
        language="en",
    )


def job_of(actor: Actor) -> Job:
    return Job(
        actor_role=actor.role,
        actor_user_id=actor.user_id,
        actor_rank=actor.rank or "",
        seller_id=actor.seller_id,
    )


PEOPLE = {
    "employee": Actor(Role.SELLER, user_id=1, seller_id=7, rank=Rank.EMPLOYEE),
    "another employee": Actor(Role.SELLER, user_id=2, seller_id=7, rank=Rank.EMPLOYEE),
    "manager": Actor(Role.SELLER, user_id=3, seller_id=7, rank=Rank.MANAGER),
    "another manager": Actor(Role.SELLER, user_id=4, seller_id=7, rank=Rank.MANAGER),
    "admin": Actor(Role.SELLER, user_id=5, seller_id=7, rank=Rank.ADMIN),
    "staff": Actor(Role.OWNER, user_id=6, rank=Rank.EMPLOYEE),
    "staff manager": Actor(Role.OWNER, user_id=8, rank=Rank.MANAGER),
    "staff admin": Actor(Role.OWNER, user_id=9, rank=Rank.ADMIN),
    "system": SYSTEM,
}
BOSSES = {"staff manager", "staff admin", "system"}
MAY_STOP = {
    "employee": {"employee", "manager", "another manager", "admin"} | BOSSES,
    "manager": {"manager", "another manager", "admin"} | BOSSES,
    "admin": {"admin"} | BOSSES,
    "staff": {"staff"} | BOSSES,
    "staff manager": BOSSES,
    "staff admin": {"staff admin", "system"},
    "system": BOSSES,
}


@pytest.mark.parametrize("starter", MAY_STOP)
def test_who_may_stop_whose_job(starter):
    job = job_of(PEOPLE[starter])
    own = PEOPLE[starter].role in (Role.OWNER, Role.SYSTEM)
    asking = {who for who, actor in PEOPLE.items() if not own or actor.role is not Role.SELLER}

    assert {who for who in asking if may_stop(job, PEOPLE[who]) is None} == MAY_STOP[starter]


def test_the_same_person_on_another_surface_is_somebody_else():
    employee = PEOPLE["employee"]
    at_another_seller = replace(employee, seller_id=8)

    assert may_stop(job_of(employee), employee) is None
    assert isinstance(may_stop(job_of(employee), at_another_seller), NotAllowed)


def test_an_employee_has_no_button_on_a_managers_export_and_is_refused(client, employee, manager):
    job = export_of(manager).job
    page = f"/seller/jobs/{job.number}/"
    signed_in(client, employee)

    html = client.get(page).content.decode()
    answer = client.post(f"{page}cancellation/")

    assert job.number in html
    assert "Cancel job" not in html
    assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        operations.request_cancel(job, actor=employee)
    job.refresh_from_db()
    assert (job.status, job.cancel_requested_at) == (Job.Status.WAITING, None)


def test_another_manager_of_the_seller_and_the_marketplace_stop_it(client, seller, manager):
    for surface, actor in (("seller", make_member(seller, "manager")), ("owner", make_owner())):
        job = export_of(manager).job
        page = f"/{surface}/jobs/{job.number}/"
        signed_in(client, actor)

        assert "Cancel job" in client.get(page).content.decode()
        client.post(f"{page}cancellation/")

        job.refresh_from_db()
        assert job.status == Job.Status.CANCELLED


def test_who_may_not_export_any_more_still_stops_their_own(manager):
    """The export's button and the operation ask the same rule."""
    export = export_of(manager)
    lowered = replace(manager, rank=Rank.EMPLOYEE)

    assert allowed_actions(export, lowered) == ["cancel"]
    operations.request_cancel(export.job, actor=lowered)

    export.job.refresh_from_db()
    assert export.job.status == Job.Status.CANCELLED
    assert allowed_actions(export, lowered) == []


def test_a_colleagues_program_does_not_find_the_export(seller, manager):
    export = export_of(manager)
    program = Program(make_member(seller), "exports:read", "exports:write")
    assert program.post(f"exports/{export.number}/cancellation/").status_code == 404
    export.job.refresh_from_db()
    assert export.job.status == Job.Status.WAITING
