"""What the one search box of the Orders lists finds, through HTTP: words, and operators."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Case, Customer, Order, SellerOrder
from orders.tabs import listed
from packages.operations import ship_package, start_packaging
from tests.factories import items_of, line, make_member, make_order, make_owner, make_seller
from tests.orders_pages.test_lists import (
    OWNER_LIST,
    SELLER_LIST,
    approved_case,
    ask,
    fresh_counts,
    numbers_in,
    waiting_case,
)
from tests.packages.acts import make_option
from tests.people import Program, signed_in

pytestmark = pytest.mark.django_db
__all__ = ["fresh_counts"]


def of_customer(number: str, **facts) -> Order:
    order = make_order(number=number)
    Customer.objects.filter(pk=order.customer_id).update(**facts)
    return order


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


def found(client, text: str, page: str = OWNER_LIST, **more) -> set[str]:
    response = ask(client, page, search=text, **more)
    assert not response.context["filter"].form.errors, response.context["filter"].form.errors
    return set(numbers_in(response))


class TestWords:
    def test_a_number_is_asked_for_alone(self, owner):
        make_order(number="FH-1", lines=[line(sku="FH-2-RED")])
        make_order(number="FH-2")

        assert found(owner, "fh-2") == {"FH-2"}
        assert found(owner, "FH-2-red") == {"FH-1"}  # no number begins so: now it is a SKU

    def test_a_number_is_found_without_the_letters_that_all_begin_with(self, owner):
        make_order(number="FH-204811")
        make_order(number="FH-204812")
        make_order(number="FH-99", lines=[line(sku="77-RED")])

        assert found(owner, "204811") == {"FH-204811"}
        assert found(owner, "2048") == {"FH-204811", "FH-204812"}
        assert found(owner, "77") == {"FH-99"}  # no number begins so: it is a SKU

    @pytest.mark.parametrize(
        "typed", ["+90 555 123 45 67", "0555 123 45 67", "(555) 123-4567", "1234567"]
    )
    def test_a_telephone_number_is_found_however_it_is_written(self, owner, typed):
        of_customer("FH-1", phone="+90 (555) 123 45 67")
        of_customer("FH-2", phone="+90 (555) 123 45 68")
        of_customer("FH-3", phone="")

        assert found(owner, typed) == {"FH-1"}

    @pytest.mark.parametrize("typed", ["Martha", "Lindqist", "marta lindkvist"])
    def test_a_misspelled_name_is_found_where_nobody_is_called_so(self, owner, typed):
        of_customer("FH-1", first_name="Marta", last_name="Lindqvist")
        of_customer("FH-2", first_name="Noah", last_name="Okafor")

        assert found(owner, typed) == {"FH-1"}

    def test_a_name_spelled_right_finds_nobody_else(self, owner):
        of_customer("FH-1", first_name="Marta")
        of_customer("FH-2", first_name="Martha")

        assert found(owner, "martha") == {"FH-2"}

    def test_sku_mail_and_tracking_number(self, owner):
        seller = make_seller()
        order = make_order(number="FH-1", lines=[line(seller, sku="MUG-RED")])
        member = make_member(seller)
        package = start_packaging(order=order, items=items_of(order), actor=member)
        ship_package(package=package, actor=member, tracking_number="NP77001")
        of_customer("FH-2", email="noah@post.example")

        assert found(owner, "mug-red") == {"FH-1"}
        assert found(owner, "mug-") == {"FH-1"}
        assert found(owner, "NP770") == {"FH-1"}
        assert found(owner, "Noah@post") == {"FH-2"}
        assert found(owner, "@post.example") == {"FH-2"}

    def test_a_seller_finds_by_nothing_of_another_sellers_part(self, client):
        mine, other = make_seller("mine"), make_seller("other")
        shared = make_order(
            number="AB-1", lines=[line(mine, sku="MINE-1"), line(other, sku="SECRET-1")]
        )
        theirs = [item for item in items_of(shared) if item.seller_id == other.pk]
        member = make_member(other)
        package = start_packaging(order=shared, items=theirs, actor=member)
        ship_package(package=package, actor=member, tracking_number="TR1234567")
        seller = signed_in(client, make_member(mine))

        assert found(seller, "MINE-1", SELLER_LIST) == {"AB-1"}
        for hidden in ("SECRET-1", "TR1234567", "sku:SECRET", "tracking:TR123", "is:overdue"):
            assert found(seller, hidden, SELLER_LIST) == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("total:5", ["EUR-1", "JPY-1", "KWD-1"]),
        ("total:>50", ["EUR-100", "JPY-100", "KWD-100"]),
        ("total:<5", []),
        ("total:5KWD", ["KWD-1"]),
        ("total:4.999..50 -total:<=5", ["EUR-10", "JPY-10", "KWD-10"]),
    ],
)
def test_an_amount_is_meant_in_the_decimals_of_each_orders_currency(owner, text, numbers):
    seller = make_seller()
    for currency, minor_units in (("EUR", 500), ("JPY", 5), ("KWD", 5000)):
        for times in (1, 10, 100):
            lines = [line(seller, 1, minor_units * times)]
            make_order(number=f"{currency}-{times}", currency=currency, lines=lines)

    assert sorted(found(owner, text)) == numbers


def test_a_sellers_own_totals_are_looked_at_before_the_currencies_of_orders():
    """Of a rare amount a seller's parts are read alone, not with the order of each."""
    seller = make_seller()
    make_order(lines=[line(seller, 1, 5000)])
    rows = listed(make_member(seller)).of_total(Decimal(50), Decimal(50))

    [scan] = re.findall(
        r"Scan.* on orders_sellerorder .*\n(?: +\w+ Cond: .*\n)*(.*)", rows.explain()
    )

    assert "(total >= 5000)" in scan
    assert "currency" not in scan


class TestOperators:
    @pytest.fixture
    def orders(self, owner):
        """Five orders, each unlike the others."""
        acme, luma = make_seller("acme", name="Acme Tools"), make_seller("luma", name="Luma")
        day = datetime(2026, 11, 10, 12, tzinfo=UTC)
        make_order(
            number="A-1", lines=[line(acme, 1, 5000)], placed_at=day, channel="web", currency="EUR"
        )
        lamp = make_order(
            number="B-1",
            lines=[line(luma, 1, 15000, sku="LAMP-1")],
            placed_at=day - timedelta(days=30),
            channel="app",
            payments=[("voucher", 5000), ("credit_card", 10000)],
        )
        yen = make_order(number="C-1", lines=[line(luma, 1, 120)], placed_at=day, currency="JPY")
        make_option("express", company="Norrpost")
        member = make_member(luma)
        package = start_packaging(order=lamp, items=items_of(lamp), actor=member)
        ship_package(package=package, actor=member, tracking_number="NP77001")
        waiting_case(make_order(number="D-1", lines=[line(acme)], placed_at=timezone.now()))
        approved_case(make_order(number="E-1", lines=[line(luma)], placed_at=timezone.now()))
        late = timezone.now() - timedelta(days=1)
        SellerOrder.objects.filter(order=yen).update(ship_by=late)
        SellerOrder.objects.filter(order=lamp).update(ship_by=late)  # shipped: not overdue
        return owner

    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("status:shipped", "B"),
            ("status:Shipped status:cancelled", "BE"),
            ("-status:shipped", "ACDE"),
            ("status:ready-to-ship", ""),
            ("seller:acme", "AD"),
            ('seller:"acme tools" placed:<2026-11-11', "A"),
            ("-seller:acme", "BCE"),
            ("placed:2026-11-10", "AC"),
            ("placed:2026-10", "B"),
            ("placed:>2026-11-10 placed:2026-11-10 -seller:luma", "AD"),
            ("placed:2026-10-01..2026-11-10", "ABC"),
            ("placed:today", "DE"),
            ("channel:app", "B"),
            ("payment:card -payment:voucher", "ACDE"),
            ("payment:voucher", "B"),
            ("total:>100", "BC"),
            ("total:>100EUR", "B"),
            ("total:50", "A"),
            ("total:50..130", "AC"),
            ("total:<=50", "ADE"),
            ("request:cancel", "D"),
            ("request:do_not_hand_over", "E"),
            ("has:request", "D"),
            ("has:cancelled", "E"),
            ("has:returned", ""),
            ("is:overdue", "C"),
            ("is:action_needed", "DE"),
            ("-is:action_needed", "ABC"),
            ("is:held_back", "E"),
            ("sku:lamp", "B"),
            ("tracking:np77", "B"),
            ("number:a-", "A"),
            ('customer:"Marta lind"', "ABCDE"),
            ("customer:nobody", ""),
            ("email:A-1@", "A"),
            ("lindqvist seller:acme total:>20", "A"),
        ],
    )
    def test_each_narrows_the_list(self, orders, text, numbers):
        assert found(orders, text) == {f"{letter}-1" for letter in numbers}

    def test_delivery_option_and_reason(self, owner):
        from cancellations.operations import Selection, request_cancellation
        from tests.factories import make_customer

        seller = make_seller()
        order = make_order(number="A-1", sellers=[seller])
        option = make_option("express", company="Norrpost")
        start_packaging(
            order=order, items=items_of(order), actor=make_member(seller), delivery_option=option
        )
        asked = make_order(number="B-1")
        request_cancellation(
            order=asked,
            selections=[Selection(items_of(asked)[0].pk, 1, "changed_mind")],
            actor=make_customer(asked),
        )
        make_order(number="C-1")

        assert found(owner, "delivery:express") == {"A-1"}
        assert found(owner, "", delivery="expr") == {"A-1"}
        assert found(owner, "reason:changed_mind") == {"B-1"}
        assert found(owner, "", reason="changed") == {"B-1"}
        assert found(owner, "-reason:changed_mind") == {"A-1", "C-1"}

    def test_operators_are_chips_that_come_off_one_by_one(self, orders):
        response = ask(orders, OWNER_LIST, search='lamp status:shipped -seller:"acme tools"')
        chips = {chip.label: chip for chip in response.context["chips"]}

        assert chips["Status"].value == "Shipped"
        assert chips["Seller not"].value == "acme tools"
        left = response.wsgi_request.GET.copy()
        assert left["search"].startswith("lamp")
        assert "status" not in chips["Status"].remove
        assert "lamp" in chips["Status"].remove
        assert "acme" in chips["Status"].remove

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("colour:red", "“colour:” is not known here. Write one of these: status:, seller:"),
            ("status:lost", "comes waiting_packaging, preparing"),
            ("placed:soon", "a day or a month such as 2026-11-20"),
            ("placed:2026-13", "a day or a month such as 2026-11-20"),
            ("total:much", "an amount such as 100"),
            ("total:>5XXY", "an amount such as 100"),
            ("phone:12", "at least its last five digits"),
            ("status:", "comes waiting_packaging"),
            ("is:lost", "overdue, action_needed, held_back"),
        ],
    )
    def test_what_is_not_understood_is_named_and_nothing_is_lost(self, orders, text, said):
        response = ask(orders, OWNER_LIST, search=f"lamp {text}", channel="app")
        page = response.content.decode()

        assert said in page
        assert f'value="lamp {text}"' in page.replace("&gt;", ">")
        assert numbers_in(response) == ["B-1"]  # the other filters are still on
        assert 'aria-invalid="true"' in page

    def test_words_in_quotation_marks_are_no_operator(self, owner):
        of_customer("FH-1", first_name="status:shipped")

        assert found(owner, '"status:shipped"') == {"FH-1"}

    def test_sellers_have_no_operator_that_tells_of_others_or_of_payments(self, client):
        kiln = make_seller("kiln")
        make_order(number="FH-1", sellers=[kiln])
        seller = signed_in(client, make_member(kiln))

        for text in ("seller:kiln", "payment:card"):
            page = ask(seller, SELLER_LIST, search=text).content.decode()
            assert "is not known here" in page
        assert numbers_in(ask(seller, SELLER_LIST, payment="voucher")) == ["FH-1"]

    def test_programs_search_alike_and_are_told_what_is_allowed(self, orders):
        program = Program(make_owner(), "orders:read")

        answer = program.get("orders/", search="status:shipped -seller:acme").json()
        refused = program.get("orders/", search="colour:red")

        assert [row["number"] for row in answer["results"]] == ["B-1"]
        assert refused.status_code == 400
        assert "status:" in refused.json()["errors"][0]["detail"]


class TestFilters:
    def test_amounts_payment_overdue_and_lately(self, owner):
        seller = make_seller()
        small = make_order(number="A-1", lines=[line(seller, 1, 999)], placed_at=timezone.now())
        make_order(
            number="B-1",
            lines=[line(seller, 1, 2000)],
            placed_at=timezone.now() - timedelta(days=40),
            payments=[("voucher", 2000)],
        )
        SellerOrder.objects.filter(order=small).update(ship_by=timezone.now() - timedelta(hours=1))

        assert found(owner, "", total_from="10") == {"B-1"}
        assert found(owner, "", total_to="9.99") == {"A-1"}
        assert found(owner, "", payment="voucher") == {"B-1"}
        assert found(owner, "", overdue="yes") == {"A-1"}
        for placed in ("today", "7_days", "this_month"):
            assert found(owner, "", placed=placed) == {"A-1"}
        assert found(owner, "", number=["A-1", "Z-9"]) == {"A-1"}

    def test_a_wrong_amount_is_named(self, owner):
        page = ask(owner, OWNER_LIST, total_from="-5").content.decode()

        assert "Total from" in page
        assert "greater than or equal to 0" in page

    def test_rows_say_why_something_was_asked_or_ended(self, owner):
        from cancellations.operations import Selection, request_cancellation
        from tests.factories import make_customer

        order = make_order(number="A-1")
        request_cancellation(
            order=order,
            selections=[Selection(items_of(order)[0].pk, 1, "changed_mind")],
            actor=make_customer(order),
        )
        [row] = ask(owner, OWNER_LIST).context["list_rows"]
        assert row.notice.reason.startswith("The customer asks to cancel: ")

        Case.objects.update(status="approved", decided_at=timezone.now())
        [row] = ask(owner, OWNER_LIST).context["list_rows"]
        assert row.reason.startswith("Cancelled by the customer: ")
