"""Pages of lists whose statements stay in the process show what the ORM would."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.api import keeping
from packages.models import Package
from tests.factories import make_member, make_order, make_owner, make_seller
from tests.packages.console import packed
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_kept():
    keeping._lists.clear()
    yield
    keeping._lists.clear()


def numbers(client, address: str) -> list[str]:
    return [row.number for row in client.get(address).context["list_rows"]]


def test_two_sellers_read_their_own_orders_and_new_ones_at_once(client):
    north, south = make_seller(), make_seller()
    of_north = make_order(sellers=[north])
    members = {north: make_member(north), south: make_member(south)}
    address = reverse("seller:order_list")

    for _round in range(2):
        assert numbers(signed_in(client, members[north]), address) == [of_north.number]
        assert numbers(signed_in(client, members[south]), address) == []
    assert len(keeping._lists) == 2
    of_south = make_order(sellers=[south])
    assert numbers(client, address) == [of_south.number]


def test_the_same_person_reads_all_orders_on_the_owners_page(client):
    seller = make_seller()
    order = make_order(sellers=[seller])
    other = make_order(sellers=[make_seller()], placed_at=order.placed_at - timedelta(hours=1))
    signed_in(client, make_owner())

    for _round in range(2):
        assert numbers(client, reverse("owner:order_list")) == [order.number, other.number]
    oldest = reverse("owner:order_list") + "?sort=oldest"
    assert numbers(client, oldest) == [other.number, order.number]
    assert numbers(client, reverse("owner:order_list") + "?tab=shipped") == []


def test_what_has_to_be_shipped_first_stays_first(client):
    seller = make_seller()
    signed_in(client, make_member(seller))
    late, soon, some_day = (packed(seller) for _package in range(3))
    now = timezone.now()
    for package, days in ((late, -1), (soon, 1)):
        Package.objects.filter(pk=package.pk).update(ship_by=now + timedelta(days=days))
    Package.objects.filter(pk=some_day.pk).update(ship_by=None)

    for _round in range(2):
        page = client.get(reverse("seller:package_preparing"))
        shown = [package.row.number for package in page.context["packages"]]
        assert shown == [late.number, soon.number, some_day.number]
