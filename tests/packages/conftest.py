"""Who packs and ships in the tests of the pages."""

import pytest
from django.core.cache import cache

from core.actors import Rank
from sellers.models import DeliveryOption, ShippingCompany
from tests.factories import make_member, make_owner, make_seller
from tests.people import signed_in


@pytest.fixture
def nothing_kept():
    cache.clear()


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay")


@pytest.fixture
def luma():
    return make_seller("luma", name="Luma")


@pytest.fixture
def norrpost():
    company = ShippingCompany.objects.create(code="norrpost", name="Norrpost")
    return DeliveryOption.objects.create(
        company=company,
        code="standard",
        name="Standard",
        is_default=True,
        tracking_pattern=r"NP\d{4}",
        tracking_url="https://norrpost.example/{number}",
    )


@pytest.fixture
def seller(client, kiln):
    return signed_in(client, make_member(kiln, Rank.EMPLOYEE))


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())
