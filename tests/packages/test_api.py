"""Programs pack and ship."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.actors import SYSTEM, Actor
from core.events.models import Event
from core.jobs.models import Job
from core.jobs.operations import continue_job
from packages.models import CarrierReport, Package
from packages.operations import remove_items, ship_package, start_packaging
from sellers.models import DeliveryOption, SellerDeliveryOption, ShippingCompany
from tests.factories import (
    items_of,
    line,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import token_of

pytestmark = pytest.mark.django_db
SCOPES = ("packages:read", "packages:write", "packages:carrier")
MORNING, NOON, EVENING = (f"2026-11-20T{hour}:00:00Z" for hour in ("09", "12", "18"))


class Program:
    """Somebody's program: a token and a client."""

    def __init__(self, actor: Actor, *scopes: str):
        self.client, self.token = Client(), token_of(actor, *(scopes or SCOPES))

    def get(self, path: str, **parameters):
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(f"/api/v1/{path}", parameters, headers=headers)

    def post(self, path: str, content=None, key: str = "", **headers):
        headers |= {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or str(uuid4()),
        }
        return self.client.post(
            f"/api/v1/{path}", content or {}, content_type="application/json", headers=headers
        )


@pytest.fixture
def option():
    company = ShippingCompany.objects.create(code="norrpost", name="Norrpost")
    return DeliveryOption.objects.create(
        company=company,
        code="np-std",
        name="Standard",
        is_default=True,
        tracking_pattern=r"NP\d{4}",
        tracking_url="https://norrpost.example/{number}",
    )


@pytest.fixture
def seller():
    return make_seller("luma", name="Luma Workshop")


@pytest.fixture
def program(seller):
    return Program(make_member(seller))


@pytest.fixture
def order(option, seller):
    """Three bulbs and a lamp of the seller's, a towel of another one's."""
    oda = make_seller("oda")
    return make_order(
        number="FH-1",
        lines=[line(seller, 3, name="Bulb"), line(seller, name="Lamp"), line(oda, name="Towel")],
    )


@pytest.fixture
def package(order, seller):
    own = [item for item in items_of(order) if item.seller_id == seller.pk]
    return start_packaging(order=order, items=own, actor=SYSTEM)


def units(*wanted: tuple[str, int]) -> list[dict]:
    return [{"item": number, "quantity": quantity} for number, quantity in wanted]


def inside(answer) -> dict[str, int]:
    return {item["item"]: item["quantity"] for item in answer["items"]}


# -- Reading -------------------------------------------------------------------------------


def test_one_package_tells_everything(program, package, option):
    ship_package(package=package, tracking_number="NP7741", actor=SYSTEM)
    program.post(
        f"packages/{package.number}/events/",
        {"kind": "out_for_delivery", "key": "e1", "occurred_at": NOON, "expected_at": EVENING},
    )

    answer = program.get(f"packages/{package.number}/")

    assert answer.status_code == 200
    told = answer.json()
    assert told["order"] == "FH-1"
    assert told["seller"] == {"code": "luma", "name": "Luma Workshop"}
    assert inside(told) == {"1.1": 3, "2.1": 1}
    assert (told["carrier"], told["delivery_option"]) == ("Norrpost", "np-std")
    assert told["tracking_link"] == "https://norrpost.example/NP7741"
    assert told["expected_at"] == EVENING
    assert [(event["kind"], event["outcome"]) for event in told["events"]] == [
        ("out_for_delivery", "noted")
    ]
    assert told["allowed_actions"] == ["invoice", "deliver", "fail"]
    again = program.client.get(
        f"/api/v1/packages/{package.number}/",
        headers={"Authorization": f"Bearer {program.token}", "If-None-Match": answer["ETag"]},
    )
    assert again.status_code == 304


def test_a_package_that_is_being_prepared_says_what_may_be_done(program, package, order):
    def possible() -> list[str]:
        return program.get(f"packages/{package.number}/").json()["allowed_actions"]

    assert possible() == [
        "split", "move", "invoice", "change_delivery", "ready", "ship", "deliver"
    ]  # fmt: skip
    make_case(order, {package.contents.first().item_id: 1})
    assert "ship_anyway" in possible()
    assert "ship" not in possible()
    assert "deliver" not in possible()


def test_the_customer_reads_where_things_are_and_may_do_nothing(package, order):
    customer = Program(make_customer(order), "packages:read")
    told = customer.get(f"packages/{package.number}/").json()
    assert told["allowed_actions"] == []
    assert customer.post(f"packages/{package.number}/ready/").status_code == 403


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["number"] for row in answer.json()["results"]]


def test_lists_are_narrowed_as_on_the_pages(program, package, order, seller):
    other = make_order(number="FH-2", sellers=[seller])
    second = start_packaging(order=other, items=items_of(other), actor=SYSTEM)
    ship_package(package=second, tracking_number="NP0001", actor=SYSTEM)
    towel = [item for item in items_of(order) if item.seller_id != seller.pk]
    foreign = start_packaging(order=order, items=towel, actor=SYSTEM)
    owner = Program(make_owner())

    assert numbers(program.get("packages/")) == [second.number, package.number]
    assert numbers(owner.get("packages/")) == [foreign.number, second.number, package.number]
    assert numbers(owner.get("packages/", seller="oda")) == [foreign.number]
    assert numbers(program.get("packages/", status="preparing")) == [package.number]
    assert numbers(owner.get("packages/", order="FH-1")) == [foreign.number, package.number]
    assert numbers(program.get("packages/", tracking_number="NP0001")) == [second.number]
    assert numbers(program.get("packages/", search="np0001")) == [second.number]
    changed = program.get("packages/", updated_since=second.updated_at.isoformat())
    assert numbers(changed) == [second.number]
    assert program.get("packages/", seller="oda").status_code == 400


def test_a_cancelled_package_is_still_told_to_programs(program, package, order, seller):
    own = [item for item in items_of(order) if item.seller_id == seller.pk]
    remove_items(order=order, items=own, actor=SYSTEM)

    assert numbers(program.get("packages/", status="cancelled")) == [package.number]
    assert program.get(f"packages/{package.number}/").json()["items"] == []


def test_a_list_tells_of_a_package_what_the_package_tells(program, package, option):
    program.post(f"packages/{package.number}/invoice/", {"number": "R 7/1", "date": "2026-11-20"})
    ship_package(package=package, tracking_number="NP7741", actor=SYSTEM)

    (listed,) = program.get("packages/").json()["results"]
    whole = program.get(f"packages/{package.number}/").json()

    assert listed == {name: told for name, told in whole.items() if name in listed}
    assert set(whole) - set(listed) == {"events", "allowed_actions"}
    assert listed["tracking_link"] == "https://norrpost.example/NP7741"


def test_many_packages_cost_as_much_as_one(program, package, seller):
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert program.get("packages/").status_code == 200
        return len(asked)

    cost()
    one = cost()
    for _number in range(10):
        order = make_order(sellers=[seller])
        start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    assert cost() == one <= 5


# -- Packing -------------------------------------------------------------------------------


def test_part_of_an_order_is_packed(program, order):
    answer = program.post("orders/FH-1/packages/", {"items": units(("1.1", 2))})

    assert answer.status_code == 201
    told = answer.json()
    assert told["status"] == "preparing"
    assert sum(inside(told).values()) == 2
    assert answer["Location"].endswith(f"/api/v1/packages/{told['number']}/")
    assert answer["ETag"]


def test_what_cannot_be_packed_changes_nothing(program, order):
    towel = units(("3.1", 1))
    twice = units(("1.1", 1), ("1.1", 1))
    for items, pointer, code in (
        (towel, "/items/0/item", "unknown_item"),
        (twice, "/items/1/item", "named_twice"),
    ):
        answer = program.post("orders/FH-1/packages/", {"items": items})
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
    too_many = program.post("orders/FH-1/packages/", {"items": units(("1.1", 4))})
    assert too_many.status_code in {400, 409}
    option = {"items": units(("1.1", 1)), "delivery_option": "none"}
    answer = program.post("orders/FH-1/packages/", option)
    assert answer.json()["errors"][0]["allowed"] == ["np-std"]
    assert not Package.objects.exists()


def test_the_same_call_twice_packs_once(program, order):
    content = {"items": units(("1.1", 1))}
    first = program.post("orders/FH-1/packages/", content, key="k")
    again = program.post("orders/FH-1/packages/", content, key="k")
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Package.objects.count() == 1


def test_a_package_is_divided_and_put_together_again(program, package):
    answer = program.post(f"packages/{package.number}/split/", {"items": units(("1.1", 2))})
    assert answer.status_code == 201
    new = answer.json()
    assert new["number"] != package.number
    assert sum(inside(new).values()) == 2
    rest = inside(program.get(f"packages/{package.number}/").json())
    assert sum(rest.values()) == 2

    content = {"items": units(*rest.items()), "into": new["number"]}
    answer = program.post(f"packages/{package.number}/move/", content)

    assert sum(inside(answer.json()).values()) == 4
    package.refresh_from_db()
    assert package.status == "cancelled"


def test_units_do_not_move_into_what_is_foreign(program, package, seller):
    foreign_order = make_order()
    foreign = start_packaging(order=foreign_order, items=items_of(foreign_order), actor=SYSTEM)
    content = {"items": units(("2.1", 1)), "into": foreign.number}
    answer = program.post(f"packages/{package.number}/move/", content)
    assert answer.json()["errors"][0]["code"] == "unknown_package"
    assert package.contents.inside().count() == 2


def test_all_in_one_cannot_be_split_off(program, package):
    everything = units(("1.1", 3), ("2.1", 1))
    answer = program.post(f"packages/{package.number}/split/", {"items": everything})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_repackable")
    assert "move" in answer.json()["allowed_actions"]


# -- Sending -------------------------------------------------------------------------------


def test_the_way_of_a_package(program, package):
    path = f"packages/{package.number}/"
    invoice = {"number": "I-7", "date": "2026-11-20", "link": "https://luma.example/i/7"}
    told = program.post(f"{path}invoice/", invoice).json()
    assert told["invoice"] == invoice | {"has_file": False}
    assert program.post(f"{path}ready/").json()["status"] == "ready_to_ship"
    shipment = {"tracking_number": "NP7741"}
    assert program.post(f"{path}shipment/", shipment).json()["status"] == "shipped"
    failed = {"outcome": "failed", "reason": "Nobody at home"}
    assert program.post(f"{path}delivery/", failed).json()["status"] == "delivery_failed"
    assert program.post(f"{path}shipment/").json()["tracking_number"] == "NP7741"
    delivered = program.post(f"{path}delivery/", {"outcome": "delivered"})
    assert delivered.json()["status"] == "delivered"
    assert [event["reason"] for event in delivered.json()["events"]] == ["Nobody at home"]
    assert Event.objects.filter(type="package.shipped", via="api").count() == 2


def test_clear_refusals(program, package, order):
    path = f"packages/{package.number}/shipment/"
    answer = program.post(path, {"tracking_number": "XX1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/tracking_number"
    make_case(order, {package.contents.first().item_id: 1})
    answer = program.post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "cancellation_waiting")
    assert "ship_anyway" in answer.json()["allowed_actions"]
    assert program.post(path, {"ship_anyway": True}).status_code == 201
    answer = program.post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")


def test_a_withdrawn_way_is_kept_but_not_chosen(program, package, option, seller):
    quick = DeliveryOption.objects.create(company=option.company, code="quick", name="Quick")
    SellerDeliveryOption.objects.create(seller=seller, option=quick)
    path = f"packages/{package.number}/delivery-setting/"

    assert program.post(path, {"delivery_option": "np-std"}).status_code == 201
    told = program.post(path, {"delivery_option": "quick"}).json()
    assert told["delivery_option"] == "quick"
    answer = program.post(path, {"delivery_option": "np-std"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "option_not_offered"
    told = program.post(path, {"other_carrier": "Bike"}).json()
    assert (told["carrier"], told["delivery_option"]) == ("Bike", None)


def test_if_match_refuses_what_has_changed(program, package):
    etag = program.get(f"packages/{package.number}/")["ETag"]
    program.post(f"packages/{package.number}/invoice/", {"number": "I-1"})
    answer = program.post(f"packages/{package.number}/ready/", **{"If-Match": etag})
    assert answer.status_code == 412
    package.refresh_from_db()
    assert package.status == "preparing"


def test_a_foreign_package_is_not_there(package):
    foreign = Program(make_member(make_seller()))
    assert foreign.get(f"packages/{package.number}/").status_code == 404
    for act, content in (
        ("shipment", {}),
        ("ready", {}),
        ("split", {"items": units(("1.1", 1))}),
        ("events", {"kind": "delivered", "key": "e", "occurred_at": NOON}),
    ):
        assert foreign.post(f"packages/{package.number}/{act}/", content).status_code == 404
    package.refresh_from_db()
    assert (package.status, package.version) == ("preparing", 1)


# -- Many at once --------------------------------------------------------------------------


def test_many_ship_as_a_job_and_each_row_is_answered_for(program, package, seller):
    order = make_order(sellers=[seller])
    second = start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    foreign_order = make_order()
    foreign = start_packaging(order=foreign_order, items=items_of(foreign_order), actor=SYSTEM)
    rows = [
        {"package": package.number, "tracking_number": "NP0001"},
        {"package": second.number, "tracking_number": "wrong"},
        {"package": foreign.number, "tracking_number": "NP0002"},
        {"package": "P-0"},
        {"package": "P-0"},
    ]

    answer = program.post("packages/shipments/", {"packages": rows})

    assert answer.status_code == 202
    told = answer.json()
    assert [row["accepted"] for row in told["packages"]] == [True, False, False, False, False]
    codes = [row["problem"]["code"] for row in told["packages"] if row["problem"]]
    assert codes == ["invalid", "unknown_package", "named_twice", "named_twice"]
    job = Job.objects.get(number=told["job"])
    assert answer["Location"].endswith(f"/api/v1/jobs/{job.number}/")
    while continue_job(job_id=job.pk):
        pass
    statuses = {each.number: each.status for each in Package.objects.all()}
    assert statuses == {
        package.number: "shipped", second.number: "preparing", foreign.number: "preparing"
    }  # fmt: skip


def test_without_a_good_row_there_is_no_job(program, package):
    answer = program.post("packages/shipments/", {"packages": [{"package": "P-0"}]})
    assert (answer.status_code, answer.json()["job"]) == (200, None)
    too_many = {"packages": [{"package": str(number)} for number in range(501)]}
    assert program.post("packages/shipments/", too_many).status_code == 400
    assert not Job.objects.exists()


# -- Carriers ------------------------------------------------------------------------------


@pytest.fixture
def tell(package):
    """A carrier with the marketplace's token."""
    carrier = Program(make_owner(), "packages:carrier")

    def send(kind: str, key: str, at: str, **more):
        content = {"kind": kind, "key": key, "occurred_at": at} | more
        answer = carrier.post(f"packages/{package.number}/events/", content)
        assert answer.status_code == 201, answer.json()
        package.refresh_from_db()
        return answer.json()["outcome"]

    return send


def test_a_carrier_tells_the_way_of_a_package(tell, package):
    assert tell("shipped", "1", MORNING) == "moved"
    assert tell("out_for_delivery", "2", NOON, place="Porto", expected_at=EVENING) == "noted"
    assert package.expected_at is not None
    assert tell("delivered", "3", EVENING) == "moved"
    assert package.status == "delivered"
    roles = set(Event.objects.filter(type="package.delivered").values_list("actor_role", "via"))
    assert roles == {("carrier", "api")}


def test_the_same_event_twice_and_late_ones_are_harmless(tell, package):
    assert tell("delivered", "3", EVENING) == "moved"
    version = package.version
    assert tell("delivered", "3", EVENING) == "moved"  # the first answer again
    assert tell("out_for_delivery", "2", NOON) == "superseded"
    assert tell("failed", "1", MORNING) == "superseded"
    assert (package.status, package.version) == ("delivered", version)
    assert CarrierReport.objects.count() == 3


def test_a_carriers_word_overrules_what_was_asked(tell, package, order):
    make_case(order, {package.contents.first().item_id: 1})
    assert tell("shipped", "1", MORNING) == "moved"
    assert package.status == "shipped"


def test_an_event_needs_the_carriers_scope(package, seller):
    content = {"kind": "shipped", "key": "1", "occurred_at": MORNING}
    path = f"packages/{package.number}/events/"
    writer = Program(make_member(seller), "packages:write")
    assert writer.post(path, content).json()["code"] == "missing_scope"
    own = Program(make_member(seller), "packages:carrier")
    assert own.post(path, content).status_code == 201
    assert own.post(path, content | {"kind": "lost"}).status_code == 400
    assert own.post(path, content | {"weight": 2}).json()["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize(
    "moment",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "soon",
    ],
)
def test_a_moment_that_cannot_be_is_refused(package, moment):
    carrier = Program(make_owner(), "packages:carrier")
    content = {"kind": "shipped", "key": "1", "occurred_at": NOON}
    for field in ("occurred_at", "expected_at"):
        answer = carrier.post(f"packages/{package.number}/events/", content | {field: moment})
        assert answer.status_code == 400
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert not CarrierReport.objects.exists()


def test_odd_input_is_refused_or_done_but_never_breaks(program, package):
    path = f"packages/{package.number}"
    odd = "\u202e x/../\u0007%00"
    assert program.post(f"{path}/delivery-setting/", {"other_carrier": odd}).status_code < 500
    assert (
        program.post(f"{path}/invoice/", {"number": "1", "link": "javascript:x"}).status_code == 400
    )
    assert program.post(f"{path}/split/", {"items": units(("1.1", 10**30))}).status_code in {
        400,
        409,
    }
    assert program.post(f"{path}/shipment/", {"tracking_number": "\u0000"}).status_code == 400
    package.refresh_from_db()
    assert (package.status, package.invoice_number) == ("preparing", "")
