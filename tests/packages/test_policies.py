"""The rules themselves, without a database: what a button asks before it is shown."""

import pytest

from core.actors import SYSTEM, Actor, Role
from orders.models import Case, OrderItem, OrderLine
from packages import policies
from packages.models import Package
from sellers.models import DeliveryOption, ShippingCompany

MEMBER = Actor(Role.SELLER, user_id=1, seller_id=7, rank="employee")
OWNER = Actor(Role.OWNER, user_id=2)
CUSTOMER = Actor(Role.CUSTOMER, user_id=3)
CARRIER = Actor(Role.CARRIER)
STATUSES = list(Package.Status)


def package(status: str = "preparing", pk: int = 1, **more) -> Package:
    return Package(pk=pk, number=f"P-{pk}", status=status, seller_id=7, seller_order_id=5, **more)


def item(pk: int, quantity: int = 1, status: str = "preparing", case: str = "") -> OrderItem:
    asked = Case(pk=9, number=case) if case else None
    return OrderItem(
        pk=pk,
        line=OrderLine(name=f"Mug {pk}"),
        first_unit=0,
        last_unit=quantity,
        status=status,
        seller_order_id=5,
        open_case=asked,
    )


def option(pk: int, **more) -> DeliveryOption:
    company = ShippingCompany(name="Swiftlane")
    return DeliveryOption(pk=pk, code=f"way-{pk}", name=f"Way {pk}", company=company, **more)


def code(refusal) -> str:
    return refusal.code if refusal else ""


@pytest.mark.parametrize(
    ("actor", "sends", "reports"),
    [
        (MEMBER, True, True),
        (OWNER, True, True),
        (SYSTEM, True, True),
        (CARRIER, False, True),
        (CUSTOMER, False, False),
        (Actor(Role.SELLER, user_id=1, seller_id=8), False, False),
    ],
)
def test_who_packs_ships_and_reports(actor, sends, reports):
    assert (policies.may_send(actor, 7) is None) == sends
    assert (policies.may_report_delivery(actor, 7) is None) == reports


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_being_prepared_is_repacked(status):
    items = [item(1, 2), item(2)]
    allowed = status == "preparing"

    assert (policies.may_split(package(status), items) is None) == allowed
    assert (policies.may_move(package(status), package(pk=2), items) is None) == allowed
    assert (policies.may_move(package(pk=2), package(status), items) is None) == allowed


@pytest.mark.parametrize(
    ("units", "refused"),
    [
        ({1: 1}, ""),
        ({1: 2}, ""),
        ({1: 2, 2: 1}, "not_repackable"),
        ({}, "invalid"),
        ({3: 1}, "request_waiting"),
    ],
)
def test_what_may_be_split_off(units, refused):
    items = [item(1, 2), item(2)] + ([item(3, case="CR-9")] if 3 in units else [])

    assert code(policies.may_split(package(), items, units)) == refused


def test_one_unit_is_not_divided():
    assert code(policies.may_split(package(), [item(1)])) == "not_repackable"


def test_a_refused_move_names_the_request_and_the_item():
    refusal = policies.may_move(package(), package(pk=2), [item(1, case="CR-9")], {1: 1})

    assert "CR-9" in str(refusal)
    assert "Mug 1" in str(refusal)


@pytest.mark.parametrize("status", STATUSES)
def test_when_the_carrier_may_change(status):
    allowed = status in ("preparing", "ready_to_ship", "delivery_failed")

    assert (policies.may_change_delivery(package(status)) is None) == allowed


@pytest.mark.parametrize("status", STATUSES)
def test_when_an_invoice_may_be_given(status):
    first = policies.may_invoice(package(status))
    again = policies.may_invoice(package(status, invoice_number="1"))

    assert (first is None) == (status != "cancelled")
    assert (again is None) == (status not in ("cancelled", "delivered"))


@pytest.mark.parametrize(
    ("chosen", "other", "refused"),
    [
        (None, "", ""),
        (1, "", ""),
        (2, "", "option_not_offered"),
        (3, "", ""),  # the package has it already
        (None, "My cousin", ""),
        (1, "My cousin", "invalid"),
        (None, "c" * 81, "invalid"),
    ],
)
def test_which_way_may_be_chosen(chosen, other, refused):
    offered = {7: [option(1)]}
    has = package(delivery_option=option(3))
    way = option(chosen) if chosen else None

    assert code(policies.may_choose(has, way, other, offered.__getitem__)) == refused


@pytest.mark.parametrize(
    ("number", "refused"),
    [("", ""), ("AB1", ""), ("AB12", "invalid"), ("xAB1", "invalid"), ("A" * 81, "invalid")],
)
def test_a_whole_tracking_number_fits_its_pattern(number, refused):
    assert code(policies.fits_carrier(number, r"[A-Z]{2}\d")) == refused


def test_a_number_without_a_pattern_is_anything_of_its_length():
    assert policies.fits_carrier("whatever 1", "") is None
    assert code(policies.fits_carrier("x" * 81, "")) == "invalid"


class TestSendingOff:
    def refused(self, has: Package, items=(), **dispatch) -> str:
        return code(
            policies.may_dispatch(has, items, policies.Dispatch(**dispatch), lambda _seller: [])
        )

    @pytest.mark.parametrize("status", STATUSES)
    def test_from_where(self, status):
        allowed = status in ("preparing", "ready_to_ship", "delivery_failed")

        assert (self.refused(package(status)) == "") == allowed

    def test_the_pattern_is_that_of_the_way_it_goes(self):
        strict = option(1, tracking_pattern=r"\d+")
        has = package(delivery_option=strict)

        assert self.refused(has, tracking_number="T-1") == "invalid"
        assert self.refused(has, tracking_number="T-1", other_carrier="My cousin") == ""

    def test_a_second_yes_where_the_customer_asked_to_cancel(self):
        asked = [item(1, case="CR-9")]

        assert self.refused(package(), asked) == "cancellation_waiting"
        assert self.refused(package(), asked, anyway=True) == ""

    def test_what_is_being_returned_is_not_shipped_once_more_whoever_insists(self):
        failed = [item(1, status="delivery_failed", case="RR-9"), item(2, status="delivery_failed")]

        assert self.refused(package("delivery_failed"), failed) == "return_open"
        assert self.refused(package("delivery_failed"), failed, anyway=True) == "return_open"
        assert self.refused(package("delivery_failed"), failed[1:]) == ""


def test_a_carrier_needs_no_second_yes_to_have_delivered():
    asked = [item(1, case="CR-9")]

    assert code(policies.may_deliver(package(), asked)) == "cancellation_waiting"
    assert policies.may_deliver(package(), asked, reported=True) is None
    assert code(policies.may_deliver(package("delivered"), [])) == "invalid_transition"


def test_a_package_of_nothing_and_what_is_packed_already_are_refused():
    nothing = policies.may_pack([])
    assert (nothing.code, nothing.field) == ("invalid", "items")
    waiting = item(1, status="waiting_packaging")
    packed = policies.may_pack([waiting, item(2)])
    assert (packed.code, packed.field) == ("not_packable", "items")
    assert packed.allowed == ["waiting_packaging"]
    assert policies.may_pack([waiting]) is None


def test_a_request_holds_up_what_has_not_shipped_and_a_return_what_came_back():
    held_up = policies.may_ship([item(1, case="CR-9")], anyway=False)
    assert held_up.code == "cancellation_waiting"
    assert held_up.allowed == ["answer_cancellation", "ship_anyway"]

    assert policies.may_ship([item(1, case="CR-9")], anyway=True) is None
    assert policies.may_ship([item(1)], anyway=False) is None
    failed = item(1, status="delivery_failed", case="RR-9")
    returned = policies.may_ship([failed], anyway=True)
    assert (returned.code, returned.allowed) == ("return_open", ["answer_return"])
    assert policies.may_ship([item(1, status="delivery_failed")], anyway=False) is None
