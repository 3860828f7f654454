"""What a seller may choose from, and what happens to packages when a way is withdrawn."""

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from core.actors import SYSTEM
from core.errors import NotAllowed, Problems
from core.events.models import Event
from packages.operations import ship_package, start_packaging
from packages.usage import open_packages_by_option
from sellers.models import DeliveryOption, SellerDeliveryOption, ShippingCompany
from sellers.operations import choose_delivery, save_company, save_option
from sellers.presenting import offered_options
from sellers.tracking import tracking_link
from tests.factories import items_of, make_member, make_order, make_owner, make_seller
from tests.people import bearer, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return make_seller("cedar", name="Cedar & Co")


@pytest.fixture
def admin(seller):
    return make_member(seller)


@pytest.fixture
def ways():
    """Slow, quick and (by priority first) dear ones, of two companies; returns travel slowly."""
    post = ShippingCompany.objects.create(code="post", name="Post")
    swift = ShippingCompany.objects.create(code="swift", name="Swift")
    return {
        code: DeliveryOption.objects.create(
            company=company, code=code, name=code, priority=priority, easy_return=code == "slow"
        )
        for code, company, priority in (
            ("slow", post, 30),
            ("quick", swift, 20),
            ("dear", post, 10),
        )
    }


def offered(seller) -> list[str]:
    return [option.code for option in offered_options(seller.pk)]


def choose(seller, admin, options, default=None, easy_return=None):
    choose_delivery(
        seller=seller, options=options, default=default, easy_return=easy_return, actor=admin
    )


def test_who_has_chosen_nothing_is_offered_all_by_priority(seller, ways):
    assert offered(seller) == ["dear", "quick", "slow"]


def test_only_what_a_seller_uses_is_offered(seller, admin, ways):
    choose(seller, admin, [ways["slow"], ways["quick"]])
    assert offered(seller) == ["quick", "slow"]
    assert offered(make_seller("other")) == ["dear", "quick", "slow"]

    choose(seller, admin, [ways["quick"]])
    assert offered(seller) == ["quick"]

    choose(seller, admin, [])
    assert offered(seller) == ["dear", "quick", "slow"]


def test_what_the_owner_withdraws_is_offered_to_nobody(seller, admin, ways):
    owner = make_owner()
    choose(seller, admin, [ways["slow"], ways["quick"]])

    save_option(ways["slow"], active=False, actor=owner)
    assert offered(seller) == ["quick"]

    save_company(ways["quick"].company, active=False, actor=owner)
    assert offered(seller) == []
    assert offered(make_seller("other")) == ["dear"]

    save_option(ways["slow"], active=True, actor=owner)
    assert offered(seller) == ["slow"]


def test_one_way_is_for_returned_goods(seller, admin, ways):
    slow, quick = ways["slow"], ways["quick"]
    ways["dear"].easy_return = True
    ways["dear"].save()
    choose(seller, admin, [slow, ways["dear"]], easy_return=slow)
    choose(seller, admin, [slow, ways["dear"], quick], default=quick, easy_return=ways["dear"])

    marked = SellerDeliveryOption.objects.filter(seller=seller, is_easy_return=True)
    assert [row.option for row in marked] == [ways["dear"]]
    event = Event.objects.filter(type="seller.delivery_chosen").latest("pk")
    assert (event.data["default"], event.data["easy_return"]) == ("quick", "dear")


@pytest.mark.parametrize(
    ("used", "default", "easy_return", "fields"),
    [
        (["slow"], "quick", None, ["default"]),
        (["quick"], None, "slow", ["easy_return"]),
        (["quick"], None, "quick", ["easy_return"]),  # the owner has not marked it
        (["quick"], "dear", "dear", ["default", "easy_return"]),
    ],
)
def test_a_choice_that_does_not_fit_changes_nothing(
    seller, admin, ways, used, default, easy_return, fields
):
    with pytest.raises(Problems) as refused:
        choose(
            seller,
            admin,
            [ways[code] for code in used],
            ways.get(default),
            ways.get(easy_return),
        )
    assert [problem.field for problem in refused.value.problems] == fields
    assert not SellerDeliveryOption.objects.exists()


def test_a_way_that_is_withdrawn_cannot_be_chosen_anew(seller, admin, ways):
    save_company(ways["quick"].company, active=False, actor=make_owner())
    quick = DeliveryOption.objects.select_related("company").get(code="quick")
    with pytest.raises(Problems):
        choose(seller, admin, [quick])


def test_a_foreign_seller_and_an_employee_choose_nothing(seller, ways):
    for actor in (make_member(make_seller("other")), make_member(seller, "manager")):
        with pytest.raises(NotAllowed):
            choose(seller, actor, [ways["slow"]])


@pytest.fixture
def package(seller, admin, ways):
    """Not sent yet, and to travel slowly."""
    choose(seller, admin, [ways["slow"], ways["quick"]], default=ways["slow"])
    order = make_order(sellers=[seller])
    return start_packaging(order=order, items=items_of(order), actor=SYSTEM)


@pytest.mark.parametrize("withdraw", ["seller", "option", "company"])
def test_open_packages_keep_a_withdrawn_way_and_ship_with_it(
    seller, admin, ways, package, withdraw
):
    assert package.delivery_option == ways["slow"]
    match withdraw:
        case "seller":
            choose(seller, admin, [ways["quick"]])
        case "option":
            save_option(ways["slow"], active=False, actor=make_owner())
        case "company":
            save_company(ways["slow"].company, active=False, actor=make_owner())
    assert "slow" not in offered(seller)
    assert open_packages_by_option(seller.pk) == {ways["slow"].pk: 1}

    shipped = ship_package(package=package, tracking_number="SL1", actor=admin)

    assert (shipped.status, shipped.delivery_option) == ("shipped", ways["slow"])
    assert open_packages_by_option() == {}


def test_pages_say_how_many_packages_keep_a_way(seller, admin, ways, package):
    choose(seller, admin, [ways["quick"]])
    text = page(admin, "seller:settings_delivery")
    assert "1 open package keeps it" in text

    owner = make_owner()
    assert "1 open package has it" in page(owner, "owner:settings_delivery")
    save_option(ways["slow"], active=False, actor=owner)
    assert "1 open package keeps it" in page(owner, "owner:settings_delivery")
    foreign = make_member(make_seller("other"))
    assert "open package" not in page(foreign, "seller:settings_delivery")


def test_the_seller_chooses_on_the_page(seller, admin, ways):
    client, address = signed_in(Client(), admin), reverse("seller:settings_delivery")
    slow, quick = ways["slow"].pk, ways["quick"].pk

    def send(**fields):
        return client.post(address, {"form_key": str(fields), **fields})

    assert send(options=[slow, quick], default=quick, easy_return=slow).status_code == 302
    text = page(admin, "seller:settings_delivery")
    boxes = re.findall(r'<input type="checkbox"[^>]*name="options"[^>]*>', text)
    checked = [re.search(r'value="(\d+)"', box)[1] for box in boxes if " checked" in box]
    assert (len(boxes), checked) == (3, [str(quick), str(slow)])
    assert f'<option value="{slow}" selected>' in text
    assert send(options=[slow, quick], default="", easy_return=quick).status_code == 422
    assert send(options=[quick], default="", easy_return=slow).status_code == 422
    row = SellerDeliveryOption.objects.get(seller=seller, is_easy_return=True)
    assert row.option_id == slow


def test_ways_of_delivery_are_listed_by_priority(ways):
    text = page(make_owner(), "owner:settings_delivery")
    assert text.index(">dear<") < text.index(">slow<")


def test_nothing_of_it_can_be_deleted(ways):
    for name in ("owner:settings_company_delete", "owner:settings_option_delete"):
        with pytest.raises(NoReverseMatch):
            reverse(name, args=[1])
    client = signed_in(Client(), make_owner())
    address = reverse("owner:settings_option", args=[ways["slow"].pk])
    assert client.delete(address).status_code == 405


def test_programs_read_what_is_offered(seller, admin, ways):
    choose(seller, admin, [ways["slow"], ways["quick"]], ways["quick"], ways["slow"])
    save_option(ways["dear"], active=False, actor=make_owner())

    def told(actor, field) -> list[str]:
        headers = bearer(actor, "settings:read")
        answer = Client().get("/api/v1/delivery-options/", headers=headers)
        return [option["code"] for option in answer.json()["results"] if option[field]]

    assert told(admin, "offered") == ["quick", "slow"]
    assert told(admin, "seller_default") == ["quick"]
    assert told(admin, "seller_easy_return") == ["slow"]
    assert told(make_owner(), "offered") == ["quick", "slow"]
    assert told(make_member(make_seller("other")), "seller_default") == []


def page(actor, name) -> str:
    answer = signed_in(Client(), actor).get(reverse(name))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<c-" not in text
    return text


def test_a_tracking_number_stays_one_part_of_its_address():
    template = "https://post.example/{number}?lang=en"
    assert tracking_link(template, "NP 77/4?x") == "https://post.example/NP%2077%2F4%3Fx?lang=en"
    assert tracking_link(template, "") == tracking_link("", "NP7") == tracking_link(None, "N") == ""
