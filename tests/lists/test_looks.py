"""How a list looks to one person: chosen in a dialog, remembered, and nobody else's business."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.accounts.actors import actor_for
from core.actors import Role
from core.errors import InvalidInput
from core.lists.looks import columns_of, keep_look, look_of
from core.lists.models import ListLook
from core.lists.saving import UnknownList
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.people import join_seller, renewed, signed_in, user_of

pytestmark = pytest.mark.django_db
ORDERS = "order_list"


@pytest.fixture
def seller():
    return make_seller(name="Kiln & Clay")


@pytest.fixture
def member(seller):
    return make_member(seller)


def names(actor) -> list[str]:
    return [column.name for column in columns_of(actor, ORDERS)]


def page(actor, address: str = "seller:order_list", **query) -> str:
    response = signed_in(Client(), actor).get(reverse(address), query)
    assert response.status_code == 200
    text = response.content.decode()
    assert "<c-" not in text
    assert "{{" not in text
    return text


class TestChoosing:
    def test_who_never_chose_sees_the_lists_own_choice(self, member):
        look = look_of(member, ORDERS)

        assert look.columns == (
            *("order", "placed", "customer", "status", "request", "due", "total"),
        )
        assert not look.is_dense

    def test_columns_keep_the_lists_order_and_its_first_one(self, member):
        look = keep_look(actor=member, list=ORDERS, columns=["total", "channel"], density="dense")

        assert look.columns == ("order", "channel", "total")
        assert look_of(member, ORDERS) == look
        assert look.is_dense

    def test_choosing_anew_changes_the_one_row(self, member):
        for density in ("dense", "comfortable"):
            keep_look(actor=member, list=ORDERS, columns=["total"], density=density)

        assert ListLook.objects.get().density == "comfortable"

    def test_a_column_of_the_owner_does_not_exist_for_a_seller(self, member):
        assert "sellers" in names(make_owner())
        assert "sellers" not in names(member)
        with pytest.raises(InvalidInput) as refused:
            keep_look(actor=member, list=ORDERS, columns=["sellers"], density="dense")
        assert refused.value.allowed == names(member)

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"columns": ["margin"]}, InvalidInput),
            ({"density": "tiny"}, InvalidInput),
            ({"list": "secrets"}, UnknownList),
        ],
    )
    def test_what_does_not_exist_is_refused(self, member, wrong, error):
        given = {"list": ORDERS, "columns": ["total"], "density": "dense"} | wrong

        with pytest.raises(error):
            keep_look(actor=member, **given)
        assert not ListLook.objects.exists()

    def test_a_column_that_is_gone_since_is_left_out(self, member):
        keep_look(actor=member, list=ORDERS, columns=["total"], density="dense")
        ListLook.objects.update(columns=["order", "horoscope", "total"])

        assert look_of(member, ORDERS).columns == ("order", "total")


class TestWhose:
    def test_a_look_is_of_one_person_on_one_surface_for_one_list(self, seller, member):
        other_member, owner = make_member(seller), make_owner()
        keep_look(actor=member, list=ORDERS, columns=["total"], density="dense")

        assert look_of(other_member, ORDERS).density == "comfortable"
        assert look_of(owner, ORDERS).density == "comfortable"
        assert look_of(member, "package_list").density == "comfortable"

    def test_somebody_of_two_sellers_has_a_look_for_each(self, member):
        other = make_seller("luma")
        user = user_of(member)
        keep_look(actor=member, list=ORDERS, columns=["total"], density="dense")
        join_seller(user, other)

        at_other = actor_for(user, Role.SELLER, seller_id=other.pk)
        assert look_of(at_other, ORDERS).density == "comfortable"
        assert look_of(renewed(member), ORDERS).density == "dense"


class TestThePages:
    @pytest.fixture(autouse=True)
    def order(self, seller):
        return make_order(number="FH-1", sellers=[seller])

    def test_the_dialog_offers_what_is_shown_and_comes_back_to_the_filtered_list(self, member):
        client = signed_in(Client(), member)
        address = reverse("seller:list_look", args=[ORDERS])
        back = "/seller/orders/?tab=preparing"
        asked = client.get(
            address,
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{back}"},
        ).content.decode()

        assert "<html" not in asked
        assert re.search(r'value="placed"[^>]* checked', asked)
        assert not re.search(r'value="channel"[^>]* checked', asked)
        assert f'name="back" value="{back}"' in asked
        answer = client.post(
            address, {"columns": ["channel"], "density": "dense", "back": back}, follow=True
        )
        text = answer.content.decode()
        assert answer.redirect_chain == [(back, 302)]
        assert "Columns and rows saved." in text
        assert look_of(member, ORDERS).columns == ("order", "channel")

    def test_without_scripts_it_is_a_page(self, member):
        client = signed_in(Client(), member)
        address = reverse("seller:list_look", args=[ORDERS])

        assert "Show these columns" in client.get(address).content.decode()
        answer = client.post(address, {"columns": ["total"], "density": "", "back": "//evil.test/"})
        assert answer.status_code == 422
        answer = client.post(address, {"density": "dense", "back": "//evil.test/"})
        assert answer["Location"] == "/seller/orders/"

    def test_a_list_that_is_none_is_not_found(self, member):
        client = signed_in(Client(), member)

        assert client.get(reverse("seller:list_look", args=["secrets"])).status_code == 404

    def test_the_list_is_drawn_as_chosen(self, member):
        assert "Sales channel</th>" not in page(member)
        keep_look(actor=member, list=ORDERS, columns=["channel"], density="dense")

        text = page(member)
        assert "Sales channel</th>" in text
        assert "Customer</th>" not in text
        assert "table-fixed compact" in text

    @pytest.mark.parametrize(
        "address",
        ["package_list", "package_preparing", "package_shipped", "package_to_pack"],
    )
    def test_lists_of_packages_have_their_own(self, member, address):
        assert f"/seller/looks/{address}/" in page(member, f"seller:{address}")


class TestSorting:
    @pytest.fixture(autouse=True)
    def orders(self, seller):
        now = timezone.now()
        for number in range(3):
            placed_at = now - timedelta(days=number)
            make_order(number=f"FH-{number}", sellers=[seller], placed_at=placed_at)

    def numbers(self, member, **query) -> list[str]:
        client = signed_in(Client(), member)
        response = client.get(reverse("seller:order_list"), query)
        return [row.number for row in response.context["list_rows"]]

    def test_oldest_first_is_the_other_way_round(self, member):
        assert self.numbers(member) == ["FH-0", "FH-1", "FH-2"]
        assert self.numbers(member, sort="oldest") == ["FH-2", "FH-1", "FH-0"]
        assert self.numbers(member, sort="by-the-moon") == ["FH-0", "FH-1", "FH-2"]

    def test_the_head_says_how_and_leads_to_the_other_way(self, member):
        newest, oldest = page(member), page(member, sort="oldest", tab="waiting_packaging")

        assert 'aria-sort="descending"><a class="sort" href="?sort=oldest">' in newest
        assert 'aria-sort="ascending"><a class="sort" href="?tab=waiting_packaging">' in oldest
        assert "oldest first" in oldest
