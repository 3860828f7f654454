"""Every route × everybody × {own, foreign, missing}, from the URL resolver and the table in
`permissions.py`."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from cancellations.operations import Selection, request_cancellation
from core.accounts.models import ApiToken, StaffMember
from core.accounts.operations import create_token
from core.actors import SYSTEM, Actor, Role
from core.deadlines.models import HolidayCalendar
from core.evidence.operations import store_upload
from core.exports.operations import keep_preset, keep_schedule
from core.jobs.models import Job
from core.lists.saving import save_view
from core.notifications.models import Notification
from core.notifications.operations import notify
from orders.models import Reason
from packages.operations import start_packaging
from refunds.models import RefundPlan
from returns.models import ReturnPolicy, ReturnRequest
from returns.operations import approve_items, make_offer, reject_items
from sellers.models import DeliveryOption, SellerMember, ShippingCompany
from tests.architecture.permissions import NOBODY, OWN_ACCOUNT, PEOPLE, PUBLIC, ROUTES, SIGNED, Row
from tests.core.hostile_files import picture
from tests.exports.tables import asked as asked_for_file
from tests.exports.tables import finished
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
    make_user,
)
from tests.people import signed_in, user_of
from tests.returns import acts as returning

FRAMEWORK_FREE = {"", None}  # the catch-all of /api/ has no name


def routes() -> dict[str, object]:
    """Every named route with its view."""
    return dict(_named(get_resolver(), ""))


def _named(resolver, namespace: str):
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from _named(entry, namespace + inner)
        elif entry.name not in FRAMEWORK_FREE:
            yield namespace + entry.name, entry.callback


def route_of(name: str) -> str:
    """ "post api:order_list" is a second row of "api:order_list"."""
    return name.rpartition(" ")[2]


def is_public(view) -> bool:
    return not getattr(view, "login_required", True)


def test_every_route_has_a_row_and_every_row_a_route():
    known = {route_of(row) for row in ROUTES} | PUBLIC | OWN_ACCOUNT | SIGNED
    assert set(routes()) - known == set(), "say in tests/architecture/permissions.py who may"
    assert known - set(routes()) == set(), "these rows are of routes that are gone"


def test_only_the_listed_pages_are_open_to_anybody():
    open_to_anybody = {
        name
        for name, view in routes().items()
        if is_public(view) and not name.startswith("api:")  # endpoints ask for themselves
    }
    assert open_to_anybody == PUBLIC


@dataclass
class World:
    people: dict[str, Actor | None]
    clients: dict[str, Client]
    keys: dict[str, dict]
    cancellation: dict
    units: dict


MISSING = {
    "number": "none",
    "code": "none",
    "list": "none",
    "pk": 0,
    "step": "none",
    "offer": 0,
    "key": str(UUID(int=0)),
}


def build() -> World:
    here, foreign = make_seller("here"), make_seller("foreign")
    order = make_order(sellers=[here, make_seller("beside")])
    people = {
        NOBODY: None,
        "stranger": Actor(Role.CUSTOMER, user_id=make_user().pk),
        "customer": make_customer(order),
        "seller": make_member(here),
        "seller_employee": make_member(here, "employee"),
        "foreign_seller": make_member(foreign),
        "owner": make_owner(),
        "owner_employee": make_owner("employee"),
    }
    item = next(item for item in items_of(order) if item.seller_id == here.pk)
    reason = Reason.objects.pickable_by(people["customer"], "cancel").first()
    request_cancellation(
        order=order, selections=[Selection(item.pk, 1, reason.code)], actor=people["customer"]
    )
    plan = RefundPlan.objects.get()
    token, _secret = create_token(name="t", scopes=["orders:read"], actor=people["seller"])
    company = ShippingCompany.objects.create(code="post", name="Post")
    option = DeliveryOption.objects.create(company=company, code="std", name="Standard")
    job = Job.objects.create(kind="probe", actor_role="seller", seller_id=here.pk)
    member = SellerMember.objects.get(user_id=people["seller_employee"].user_id)
    staff = StaffMember.objects.get(user_id=people["owner_employee"].user_id)
    second = make_order(sellers=[here])
    make_customer(second, user_of(people["customer"]))
    package = start_packaging(order=second, items=items_of(second), actor=SYSTEM)
    keys = {
        "order": {"number": order.number},
        "package": {"number": package.number},
        "case": {"number": plan.case.number},
        "plan": {"number": plan.number},
        "job": {"number": job.number},
        "token": {"pk": token.pk},
        "member": {"pk": member.pk},
        "staff": {"pk": staff.pk},
        "seller": {"code": here.code},
        "seller_member": {"code": here.code, "pk": member.pk},
        "company": {"pk": company.pk},
        "option": {"pk": option.pk},
        "reason": {"pk": reason.pk},
        "step": {"step": "package.ship_by"},
        "calendar": {"pk": HolidayCalendar.objects.create(code="c", name="C").pk},
    }
    keys |= returns_of(here, people)
    keys |= exports_of({role: people[role] for role in ("seller", "owner")})
    for role in ("customer", "seller", "owner"):
        keys[f"{role}_notification"] = {"pk": notified(people[role])}
    keys["list"] = {"list": "order_list"}
    for role in ("seller", "owner"):
        view = save_view(actor=people[role], list="order_list", name="v", query="tab=shipped")
        keys[f"{role}_view"] = {"pk": view.pk}
    unshipped = next(each for each in items_of(order) if each.open_case_id is None)
    wanted = {"item": unshipped.number, "quantity": 1, "reason": reason.code}
    clients = {person: signed_in(Client(), actor) for person, actor in people.items() if actor}
    units = {"item": unshipped.number, "quantity": 1}
    return World(people, clients | {NOBODY: Client()}, keys, {"items": [wanted]}, units)


def returns_of(seller, people: dict) -> dict[str, dict]:
    """One return at every place where somebody else has to act: to be answered, offered for,
    sent back, decided; and a photo that somebody gave with one."""
    customer, answering = people["customer"], people["seller"]

    def asked_for(**more) -> ReturnRequest:
        order = returning.delivered_order(lines=[line(seller, unit_price=500)])
        make_customer(order, user_of(customer))
        [item] = items_of(order)
        return returning.ask(order, customer, returning.select(item, **more))

    photo = store_upload(SimpleUploadedFile("photo.png", picture("PNG")), given_by=customer)
    waiting, offered, approved, rejected = (
        asked_for(files=(photo,)),
        *(asked_for() for _ in range(3)),
    )
    offer = make_offer(offered, item_id=offered.items.get().item_id, amount=100, actor=answering)
    approve_items(approved, actor=answering)
    reject_items(
        rejected, actor=answering, reason_code="as_described", message="As in the picture."
    )
    return {
        "return": {"number": waiting.case.number},
        "offer": {"number": offered.case.number, "offer": offer.pk},
        "offer_page": {"pk": offer.pk},
        "offered": {"number": offered.case.number},
        "parcel": {"code": approved.case.return_parcel.code},
        "return_policy": {"pk": ReturnPolicy.objects.create(category="books").pk},
        "goods": {"number": approved.case.number},
        "disputed": {"number": rejected.case.number},
        "evidence": {"key": str(photo.key)},
    }


def exports_of(people: dict) -> dict[str, dict]:
    """What the person of each role has of exports: a file, kept columns, a schedule."""
    keys = {}
    wish = {"source": "orders", "columns": ["order_number"], "format": "csv"}
    for role, actor in people.items():
        export = finished(asked_for_file(actor, "orders", ["order_number"]))
        preset = keep_preset(actor=actor, name="p", **wish)
        schedule = keep_schedule(
            **wish, query="", actor=actor, zone="UTC", language="en", name="s", every="day", hour=7
        )
        keys[f"{role}_export"] = {"number": export.number}
        keys[f"{role}_preset"] = {"pk": preset.pk}
        keys[f"{role}_schedule"] = {"pk": schedule.pk}
    return keys


def notified(actor: Actor) -> int:
    notify(
        user_ids=[actor.user_id],
        role=actor.role,
        seller_id=actor.seller_id,
        template="job_finished",
        url="/",
        dedupe_key=str(uuid4()),
    )
    return Notification.objects.latest("pk").pk


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once for all routes, and undone with them."""
    cache.clear()  # counted calls
    folder = override_settings(PRIVATE_FILES_DIR=str(tmp_path_factory.mktemp("files")))
    with folder, django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def ask(world: World, person: str, name: str, row: Row, keys: dict):
    """One request as this person; what it did is undone."""
    client = world.clients[person]
    with transaction.atomic():
        content = row.content(world) if row.content else {}
        extra = {}
        if row.method == "post":
            extra = {"data": content, "headers": {"Idempotency-Key": str(uuid4())}}
            if "api:" in name:
                extra["content_type"] = "application/json"
        response = getattr(client, row.method)(reverse(route_of(name), kwargs=keys), **extra)
        transaction.set_rollback(True)
    return response


def let_in(response) -> bool:
    """Past every gate: an answer, a redirect (not to the sign-in), or a refusal of the content."""
    to_sign_in = response.status_code == 302 and "/accounts/login/" in response["Location"]
    return response.status_code in {200, 201, 202, 204, 302, 400, 409, 415, 422} and not to_sign_in


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_who_may(world, name):
    row = ROUTES[name]
    keys = world.keys[row.of] if row.of else {}
    found = {person: ask(world, person, name, row, keys) for person in PEOPLE}
    assert {person for person, answer in found.items() if let_in(answer)} == set(row.may)
    refused = {person for person, answer in found.items() if answer.status_code == 403}
    assert refused == set(row.refused)
    others = set(PEOPLE) - set(row.may) - set(row.refused)
    assert {found[person].status_code for person in others} <= {404}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_nobody_gets_in_without_signing_in(world, name):
    row = ROUTES[name]
    answer = ask(world, NOBODY, name, row, world.keys[row.of] if row.of else {})
    if "api:" in name:
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, row in ROUTES.items() if row.of))
def test_what_is_missing_is_missing_for_everybody(world, name):
    row = ROUTES[name]
    keys = {key: MISSING[key] for key in world.keys[row.of]}
    for person in sorted(row.may):
        assert ask(world, person, name, row, keys).status_code == 404, person


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name in ROUTES if "api:" in name))
def test_a_token_without_the_scope_is_refused(world, name):
    row = ROUTES[name]
    with transaction.atomic():
        token, secret = create_token(name="t", scopes=["orders:read"], actor=world.people["owner"])
        ApiToken.objects.filter(pk=token.pk).update(scopes=[])
        answer = getattr(Client(), row.method)(
            reverse(route_of(name), kwargs=world.keys[row.of] if row.of else {}),
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid4())},
        )
        transaction.set_rollback(True)
    assert answer.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OWN_ACCOUNT))
def test_ones_account_is_behind_the_sign_in(name):
    keys = {"pk": 1} if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else {}
    answer = Client().get(reverse(name, kwargs=keys))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/")
