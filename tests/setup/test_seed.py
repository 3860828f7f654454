"""A seeded marketplace is sound, always the same, and goes on like any other."""

import hashlib
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cancellations.models import CancellationRequest
from cancellations.operations import approve_cancellation
from core.accounts.models import User
from core.actors import Actor, Rank, Role
from core.deadlines.models import Deadline
from core.events.models import Event
from marketplace.invariants.check import check
from marketplace.seed.cast import OWNER, cast_of
from marketplace.seed.filling import fill, make_chunk
from marketplace.seed.ids import number_of
from marketplace.seed.shape import Shape
from orders.defaults import REASONS
from orders.models import Case, Order, OrderItem, SellerOrder
from sellers.models import Seller, SellerMember
from tests import factories
from tests.setup.seeding import NOON, shape, structure

REASON_IDS = {(kind, code): n for n, (kind, code, *_rest) in enumerate(REASONS)}


# -- Always the same -------------------------------------------------------------------------


def digest(of: Shape, chunk: int = 0) -> str:
    rows = hashlib.sha256()
    for model, names, values in make_chunk(cast_of(of, 1, 2, REASON_IDS), chunk).tables():
        rows.update(repr((model.__name__, names, [list(row) for row in values])).encode())
    return rows.hexdigest()


def test_the_same_seed_makes_the_same_rows():
    assert digest(shape()) == digest(shape())
    assert digest(shape()) != digest(shape(seed=4))
    assert digest(shape()) != digest(shape(now=NOON - timedelta(hours=1)))


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of a hundred orders, as they are cut and as their keys are given out."""
    monkeypatch.setattr("marketplace.seed.shape.CHUNK", 100)
    monkeypatch.setattr("marketplace.seed.ids.CHUNK", 100)


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_does_not_care_which_other_ones_were_made_before():
    three = shape(orders=250)
    alone = digest(three, 1)

    digest(three, 0)

    assert digest(three, 1) == alone
    assert [len(three.orders_of(chunk)) for chunk in three.chunks] == [100, 100, 50]


@pytest.mark.usefixtures("small_chunks")
def test_chunks_share_no_keys_and_no_numbers():
    three, seen = shape(orders=250), set()
    for chunk in three.chunks:
        for model, names, values in make_chunk(cast_of(three, 1, 2, REASON_IDS), chunk).tables():
            place = names.index("id")
            keys = {(model, row[place]) for row in values}
            assert not keys & seen
            seen |= keys
    assert len({number_of("P", pk) for pk in range(1, 20_000)}) == 19_999


# -- Sound, and alive ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def _marketplace(django_db_setup, django_db_blocker):
    """Filled once, in a transaction that every test looks into and that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = structure()
        fill(shape(now=timezone.now()), processes=1)
        assert structure() == before, "Indexes, keys and triggers are as they were."
        yield
        transaction.set_rollback(True)


@pytest.fixture
def marketplace(_marketplace, db):
    """What a test does to it is undone after it."""


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_every_invariant_holds():
    assert Order.objects.count() == 300
    assert check() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_there_is_something_of_everything():
    assert OrderItem.objects.values("status").distinct().count() == len(OrderItem.Status)
    kinds = {(case.kind, case.imported, case.status) for case in Case.objects.all()}
    assert kinds >= {
        ("return", True, "completed"),
        ("cancel", True, "completed"),
        ("cancel", False, "completed"),
        ("cancel", False, "waiting"),
    }
    assert SellerOrder.objects.values("order").distinct().count() == 300
    assert SellerOrder.objects.count() > 320
    sizes = [seller.seller_orders.count() for seller in Seller.objects.order_by("pk")]
    assert sizes[0] > 3 * sizes[-1], "A few sellers sell most."


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_only_the_last_fortnight_is_live():
    live_since = Order.objects.filter(imported=False).earliest("placed_at").placed_at

    assert timezone.now() - timedelta(days=15) < live_since
    assert not Order.objects.filter(imported=True, placed_at__gte=live_since).exists()
    imported = Event.objects.filter(imported=True)
    assert not imported.exclude(order_id__in=Order.objects.filter(imported=True)).exists()
    assert not Deadline.objects.filter(due_at__lt=timezone.now(), handled_at=None).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_life_goes_on():
    """The next order gets a key, and a seller can answer what waits."""
    seller = Seller.objects.get(pk=1)
    placed = factories.make_order(sellers=[seller])
    case = Case.objects.filter(status="waiting").earliest("pk")
    member = SellerMember.objects.get(seller=case.seller, rank="admin")
    admin = Actor(Role.SELLER, user_id=member.user_id, seller_id=case.seller_id, rank=Rank.ADMIN)

    approve_cancellation(CancellationRequest.objects.get(case=case), actor=admin)

    assert placed.pk > 300
    assert case.order.items.filter(status="cancelled").exists()
    case.refresh_from_db()
    assert case.status == Case.Status.APPROVED
    assert [found for found in check() if "owed" not in found.invariant] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_its_pages_open(client):
    client.force_login(User.objects.get(email=OWNER))
    cancelled = Order.objects.filter(status="cancelled").latest("pk")
    for number in (cancelled.number, Order.objects.earliest("pk").number):
        page = client.get(reverse("owner:order_detail", args=[number]))
        assert page.status_code == 200
        assert number in page.content.decode()
    assert Order.objects.latest("pk").number in (
        client.get(reverse("owner:order_list")).content.decode()
    )

    client.force_login(User.objects.get(email__startswith="s001-ceramics.admin"))
    newest = SellerOrder.objects.filter(seller=1).latest("placed_at", "pk")
    assert newest.number in client.get(reverse("seller:order_list")).content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("marketplace")
def test_what_is_there_is_left_alone():
    with pytest.raises(CommandError, match="a seed is for an empty one"):
        call_command("seed", orders=10)

    assert Order.objects.count() == 300
