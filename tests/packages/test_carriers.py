"""The way a package goes, its tracking number and its invoice."""

from datetime import date

import pytest

from core.actors import SYSTEM
from core.errors import DomainError, InvalidInput, InvalidTransition
from core.events.models import Event
from packages.models import Package
from packages.operations import (
    UnknownPackage,
    change_delivery,
    deliver_package,
    fail_delivery,
    give_invoice,
    ship_package,
)
from packages.policies import NotInvoiceable, OptionNotOffered
from sellers.models import SellerDeliveryOption
from tests.factories import items_of, make_member, make_order, make_seller
from tests.packages.acts import make_option, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order()


def use(order, option, **fields) -> None:
    seller = items_of(order)[0].seller
    SellerDeliveryOption.objects.create(seller=seller, option=option, **fields)


def take_away(option) -> None:
    option.active = False
    option.save(update_fields=["active"])


class TestChoosing:
    def test_what_a_seller_packs_with(self, order):
        usual, chosen = make_option("usual", is_default=True), make_option("chosen")

        assert packed(order).delivery_option == usual
        assert packed(make_order(), delivery_option=chosen).delivery_option == chosen

    def test_what_is_not_offered_is_not_newly_chosen(self, order):
        gone = make_option("gone", active=False)
        with pytest.raises(OptionNotOffered):
            packed(order, delivery_option=gone)

        package = packed(order)
        for act in (ship_package, change_delivery):
            with pytest.raises(OptionNotOffered) as refused:
                act(package=package, delivery_option=gone, actor=SYSTEM)
            assert refused.value.field == "delivery_option"

    def test_nor_what_an_inactive_company_brings(self, order):
        option = make_option("std", company="Closed")
        option.company.active = False
        option.company.save(update_fields=["active"])

        with pytest.raises(OptionNotOffered):
            ship_package(package=packed(order), delivery_option=option, actor=SYSTEM)

    def test_nor_what_the_seller_does_not_use(self, order):
        used, other = make_option("used"), make_option("other")
        use(order, used)

        with pytest.raises(OptionNotOffered) as refused:
            ship_package(package=packed(order), delivery_option=other, actor=SYSTEM)

        assert refused.value.allowed == ["used"]

    def test_a_package_keeps_what_it_has_and_ships_with_it(self, order):
        option = make_option("std", is_default=True)
        package = packed(order)
        take_away(option)

        shipped = ship_package(
            package=package, delivery_option=option, tracking_number="T-1", actor=SYSTEM
        )

        assert (shipped.delivery_option, shipped.tracking_number) == (option, "T-1")

    def test_other_is_a_carrier_in_words(self, order):
        make_option("std", is_default=True)

        shipped = ship_package(package=packed(order), other_carrier=" My cousin ", actor=SYSTEM)

        shipped = Package.objects.get(pk=shipped.pk)
        assert (shipped.delivery_option, shipped.carrier) == (None, "My cousin")

    def test_not_both(self, order):
        with pytest.raises(InvalidInput):
            ship_package(
                package=packed(order),
                delivery_option=make_option(),
                other_carrier="My cousin",
                actor=SYSTEM,
            )

    def test_a_name_has_its_length(self, order):
        package = packed(order)

        with pytest.raises(InvalidInput, match="80"):
            ship_package(package=package, other_carrier="x" * 81, actor=SYSTEM)
        with pytest.raises(InvalidInput, match="80"):
            ship_package(package=package, tracking_number="x" * 81, actor=SYSTEM)


class TestChanging:
    def test_it_goes_another_way_and_says_which(self, order):
        make_option("slow", is_default=True)
        package = change_delivery(
            package=packed(order), delivery_option=make_option("fast"), actor=SYSTEM
        )

        assert package.delivery_option.code == "fast"
        told = Event.objects.get(type="package.delivery_changed")
        assert (told.data["before"], told.data["now"]) == ("slow", "fast")

    def test_choosing_what_it_has_changes_nothing(self, order):
        option = make_option("std", is_default=True)

        change_delivery(package=packed(order), delivery_option=option, actor=SYSTEM)

        assert not Event.objects.filter(type="package.delivery_changed").exists()

    def test_nothing_is_no_way(self, order):
        with pytest.raises(InvalidInput):
            change_delivery(package=packed(order), other_carrier="  ", actor=SYSTEM)

    def test_a_tracking_number_goes_with_its_carrier(self, order):
        make_option("first", is_default=True)
        package = ship_package(package=packed(order), tracking_number="T-1", actor=SYSTEM)
        fail_delivery(package=package, actor=SYSTEM)

        same = ship_package(package=package, actor=SYSTEM)
        assert same.tracking_number == "T-1"
        fail_delivery(package=package, actor=SYSTEM)
        other = ship_package(package=package, delivery_option=make_option("second"), actor=SYSTEM)
        assert other.tracking_number == ""

    @pytest.mark.parametrize("act", [ship_package, deliver_package])
    def test_what_is_on_its_way_stays_with_its_carrier(self, order, act):
        package = act(package=packed(order), actor=SYSTEM)

        with pytest.raises(DomainError) as refused:
            change_delivery(package=package, other_carrier="My cousin", actor=SYSTEM)

        assert refused.value.code == "not_changeable"

    def test_a_second_shipment_says_where_the_package_stands(self, order):
        package = ship_package(package=packed(order), actor=SYSTEM)

        with pytest.raises(InvalidTransition, match="is Shipped") as refused:
            ship_package(package=package, delivery_option=make_option(), actor=SYSTEM)

        assert refused.value.allowed == ["delivered", "delivery_failed"]


class TestInvoice:
    def test_it_is_given_and_replaced_until_delivered(self, order):
        package = packed(order)
        give_invoice(package=package, number=" 2026-1 ", file="invoices/one.pdf", actor=SYSTEM)
        ship_package(package=package, actor=SYSTEM)
        give_invoice(
            package=package,
            number="2026-2",
            date=date(2026, 3, 1),
            link="https://shop.example/2026-2",
            actor=SYSTEM,
        )
        package.refresh_from_db()
        assert (package.invoice_number, package.invoice_date) == ("2026-2", date(2026, 3, 1))
        assert package.invoice_link == "https://shop.example/2026-2"
        assert package.invoice_file == "invoices/one.pdf"

        deliver_package(package=package, actor=SYSTEM)
        with pytest.raises(NotInvoiceable):
            give_invoice(package=package, number="2026-3", actor=SYSTEM)
        told = Event.objects.filter(type="package.invoiced").order_by("seq")
        assert [event.data["again"] for event in told] == [False, True]

    def test_a_first_one_may_come_after_the_delivery(self, order):
        package = deliver_package(package=packed(order), actor=SYSTEM)

        give_invoice(package=package, number="2026-1", actor=SYSTEM)

        package.refresh_from_db()
        assert package.invoice_number == "2026-1"

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"number": "  "}, "number"),
            ({"number": "n" * 61}, "number"),
            ({"number": "1", "link": "javascript:alert(1)"}, "link"),
            ({"number": "1", "link": "https://x.example/" + "a" * 500}, "link"),
        ],
    )
    def test_what_is_no_invoice_is_refused_and_nothing_kept(self, order, said, field):
        package = packed(order)

        with pytest.raises(InvalidInput) as refused:
            give_invoice(package=package, actor=SYSTEM, **said)

        package.refresh_from_db()
        assert (refused.value.field, package.invoice_number) == (field, "")

    def test_only_for_ones_own(self, order):
        with pytest.raises(UnknownPackage):
            give_invoice(package=packed(order), number="1", actor=make_member(make_seller()))


def test_choosing_and_invoicing_lock_the_order_first(order, locks_first):
    package = packed(order)

    with locks_first():
        change_delivery(package=package, other_carrier="My cousin", actor=SYSTEM)
    with locks_first():
        give_invoice(package=package, number="1", actor=SYSTEM)
