"""Who is told what about a package: once each, in the customer's language."""

import pytest

from core.actors import IMPORTER, SYSTEM
from core.events.models import Delivery
from core.notifications.models import Mail, Notification
from packages.operations import deliver_package, fail_delivery, ship_package, split_package
from tests.cancellations.acts import deliver_all
from tests.factories import items_of, line, make_member, make_order, make_seller
from tests.packages.acts import CARRIER, make_option, packed, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=3), line()])


def mails() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("template", flat=True))


def test_the_customer_reads_who_brings_what(order):
    make_option(
        "std", company="Swiftlane", is_default=True, tracking_url="https://t.example/{number}"
    )
    package = packed(order)
    first, _second = items_of(order)
    split_package(package=package, units={first.pk: 1}, actor=SYSTEM)

    ship_package(package=package, tracking_number="SW-1", actor=SYSTEM)
    deliver_all()

    letter = Mail.objects.get()
    assert letter.to == order.customer.email
    assert letter.subject == f"On its way: a package of your order {order.number}"
    for words in (
        "2 × Stoneware mug 1",
        "1 × Stoneware mug 2",
        "Carrier: Swiftlane",
        "Tracking number: SW-1",
        "https://t.example/SW-1",
        "ask for a return",
        f"/my/orders/{order.number}/",
    ):
        assert words in letter.text
    assert "https://t.example/SW-1" in letter.html
    assert not Notification.objects.exists()


def test_it_is_written_in_the_customers_language(order):
    order.customer.language = "pt-br"
    order.customer.save(update_fields=["language"])
    ship_package(package=packed(order), actor=SYSTEM)
    deliver_all()

    assert Mail.objects.get().language == "pt-br"


def test_without_a_carrier_nothing_is_made_up(order):
    ship_package(package=packed(order), actor=SYSTEM)
    deliver_all()

    text = Mail.objects.get().text
    assert "Carrier" not in text
    assert "Tracking" not in text


def test_once_per_shipment_once_per_failure_and_once_when_it_is_there(order):
    seller = items_of(order)[0].seller
    member, other = make_member(seller), make_member(make_seller())
    package = ship_package(package=packed(order), actor=SYSTEM)
    fail_delivery(package=package, reason="Nobody was at home", actor=CARRIER)
    deliver_all()
    failed = Mail.objects.get(template="package_delivery_failed")
    assert "It says: Nobody was at home" in failed.text
    assert "What happens next" in failed.text
    ship_package(package=package, actor=SYSTEM)
    fail_delivery(package=package, actor=CARRIER)
    deliver_package(package=package, actor=CARRIER)
    deliver_all()

    assert sorted(mails()) == [
        "package_delivered",
        "package_delivery_failed",
        "package_delivery_failed",
        "package_shipped",
        "package_shipped",
    ]
    bells = Notification.objects.all()
    assert [(bell.user_id, bell.template) for bell in bells] == [
        (member.user_id, "package_delivery_failed")
    ] * 2
    assert bells[0].url == f"/seller/packages/{package.number}/"
    assert not bells.filter(user_id=other.user_id).exists()


def test_an_event_delivered_twice_writes_once(order):
    ship_package(package=packed(order), actor=SYSTEM)
    deliver_all()
    Delivery.objects.update(handled_at=None, attempts=0, next_attempt_at=order.placed_at)
    deliver_all()

    assert mails() == ["package_shipped"]


@pytest.mark.parametrize(
    ("kind", "letter"),
    [("delivered", "package_delivered"), ("failed", "package_delivery_failed")],
)
def test_a_shipment_heard_of_at_its_end_is_told_by_its_end(order, kind, letter):
    report(packed(order), kind)
    deliver_all()

    assert mails() == [letter]


def test_a_carriers_word_is_a_shipment_like_any_other(order):
    package = packed(order)
    report(package, "shipped")
    report(package, "out_for_delivery", minutes=1)
    deliver_all()

    assert mails() == ["package_shipped"]


def test_an_imported_past_writes_to_nobody(order):
    package = packed(order, IMPORTER)
    ship_package(package=package, actor=IMPORTER)
    fail_delivery(package=package, actor=IMPORTER)
    deliver_package(package=package, actor=IMPORTER)
    deliver_all()

    assert not Mail.objects.exists()
    assert not Notification.objects.exists()
