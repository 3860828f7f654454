"""The ledger pages: whose money, what caused each movement, and a download that is harmless."""

import csv
import re

import pytest
from django.utils.html import strip_tags

from core.actors import SYSTEM
from finance.models import Account
from finance.operations import Capture, SellerShare, post_captures, post_refund
from refunds.ledger import balances_of, harmless
from refunds.models import RefundPlan
from tests.factories import line, make_member, make_order, make_owner, make_seller
from tests.finance.test_store_credit import give_credit
from tests.people import signed_in
from tests.refunds.conftest import plan_for, sweep

pytestmark = pytest.mark.django_db


def words(client, actor, address) -> str:
    answer = signed_in(client, actor).get(address)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<c-" not in html
    return re.sub(r"\s+", " ", strip_tags(html.partition("<main")[2]))


def download(client, actor, address) -> list[list[str]]:
    answer = signed_in(client, actor).get(address)
    assert answer.status_code == 200
    assert answer.streaming
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))


@pytest.mark.django_db(transaction=True)
def test_a_refund_links_its_plan_and_gives_commission_back(client, provider):
    seller = make_seller()
    order = make_order(lines=[line(seller, 2, 1000, 0, 500)], number="FH-7")
    plan = plan_for(order)
    sweep()
    member = make_member(seller)
    shown = words(client, member, "/seller/ledger/")
    assert "FH-7" in shown
    assert plan.number in shown
    [head, refund, capture] = download(client, member, "/seller/ledger.csv")
    assert head[-4:] == ["Customer paid", "Commission", "Balance change", "Currency"]
    assert capture[1:] == [
        "Payment captured", seller.name, "FH-7", "", "25.00", "-2.40", "22.60", "EUR",
    ]  # fmt: skip
    assert refund[1:] == [
        "Refund", seller.name, "FH-7", plan.number, "-25.00", "2.40", "-22.60", "EUR",
    ]  # fmt: skip
    assert balances_of(member, "seller_pending") == [("EUR", 0)]


def test_a_seller_reads_own_money_only(client):
    mine, other = make_seller("mine", name="Mine"), make_seller("other", name="Other")
    make_order(lines=[line(mine, 1, 1000), line(other, 1, 3000)], number="BOTH")
    make_order(lines=[line(other, 1, 7000)], number="THEIRS")
    member = make_member(mine)
    for query in ("", "?seller=other", "?account=commission", "?account=provider&seller=other"):
        shown = words(client, member, f"/seller/ledger/{query}")
        assert "BOTH" in shown, query
        assert "THEIRS" not in shown, query
        assert "8.80" in shown, query
        rows = download(client, member, f"/seller/ledger.csv{query}")
        assert [row[2] for row in rows[1:]] == ["Mine"], query


def test_the_owner_reads_every_account_and_narrows_by_seller(client):
    one, two = make_seller("one"), make_seller("two")
    make_order(
        lines=[line(one, 1, 1000), line(two, 1, 3000)],
        payments=[("credit_card", 4070)],
        number="FH-1",
    )
    owner = make_owner()
    assert balances_of(owner, "seller_pending") == [("EUR", 880 + 2640)]
    assert balances_of(owner, "seller_pending", "two") == [("EUR", 2640)]
    assert balances_of(owner, "provider") == [("EUR", 4070)]
    assert balances_of(owner, "surplus") == [("EUR", 70)]
    assert "26.40" in words(client, owner, "/owner/ledger/?seller=two")
    assert "8.80" not in words(client, owner, "/owner/ledger/?seller=two")
    assert "0.70" in words(client, owner, "/owner/ledger/?account=surplus")
    assert "Commission earned" in words(client, owner, "/owner/ledger/?account=commission")


def test_kind_and_dates_narrow_page_and_download(client):
    seller = make_seller()
    order = make_order(lines=[line(seller, 1, 1000)])
    post_refund(
        reference="refund:9",
        order_id=order.pk,
        seller_id=seller.pk,
        currency="EUR",
        amount=500,
        commission=60,
    )
    owner = make_owner()
    for query, count in [
        ("", 2),
        ("?kind=refund", 1),
        ("?kind=capture", 1),
        ("?posted_after=2001-01-01", 2),
        ("?posted_before=2001-01-01", 0),
    ]:
        assert len(download(client, owner, f"/owner/ledger.csv{query}")) == 1 + count, query
        assert len(client.get(f"/owner/ledger/{query}").context["movements"]) == count, query
    assert "A date such as" in words(client, owner, "/owner/ledger/?posted_after=soon")


def many(seller, count: int) -> None:
    captures = [
        Capture(number, "EUR", None, [SellerShare(seller.pk, 100 + number, 12)])
        for number in range(1, count + 1)
    ]
    post_captures(captures, actor=SYSTEM)


def test_the_page_is_paged_by_key_and_the_download_goes_through_all(client, monkeypatch):
    monkeypatch.setattr("refunds.ledger.CHUNK", 30)
    seller = make_seller()
    many(seller, 90)
    member = make_member(seller)
    page = signed_in(client, member).get("/seller/ledger/")
    rest = client.get("/seller/ledger/" + page.context["next_url"])
    shown = [row.captured for answer in (page, rest) for row in answer.context["movements"]]
    assert shown == [100 + number for number in range(90, 0, -1)]
    rows = download(client, member, "/seller/ledger.csv")
    assert [row[5] for row in rows[1:]] == [f"{amount / 100:.2f}" for amount in shown]
    [(_currency, balance)] = balances_of(member, "seller_pending")
    assert balance == sum(shown) - 90 * 12
    assert balance == -Account.objects.get(seller=seller, kind="seller_pending").balance


def test_the_page_costs_the_same_with_one_movement_and_with_many(
    client, django_assert_max_num_queries
):
    seller = make_seller()
    signed_in(client, make_member(seller))
    costs = []
    for count in (1, 40):
        many(seller, count)
        with django_assert_max_num_queries(12) as asked:
            client.get("/seller/ledger/")
        costs.append(len(asked))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(client, start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless("Mug = nice") == "Mug = nice"
    seller = make_seller(name=f"{start}cmd|calc")
    make_order(lines=[line(seller, 1, 1000)], number="=HYPERLINK(1)")
    answer = signed_in(client, make_owner()).get("/owner/ledger.csv")
    text = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK(1)" in text
    assert f"'{start}cmd" in text


def test_an_employee_reads_and_does_not_download(client):
    seller = make_seller()
    make_order(sellers=[seller])
    employee = make_member(seller, "employee")
    assert "Download CSV" not in words(client, employee, "/seller/ledger/")
    assert client.get("/seller/ledger.csv").status_code == 403
    assert "Download CSV" in words(client, make_member(seller), "/seller/ledger/")
    assert not RefundPlan.objects.exists()


def test_store_credit_is_an_account_of_its_own_and_part_of_what_a_customer_got_back(client):
    give_credit(1000)
    make_order(
        lines=[line(make_seller(), 1, 400)],
        payments=[("store_credit", 400)],
        customer="marta",
        number="SPENT-1",
    )
    owner = make_owner()
    shown = words(client, owner, "/owner/ledger/?account=store_credit")
    assert "Paid with store credit" in shown
    assert "SPENT-1" in shown
    [_head, spent, given] = download(client, owner, "/owner/ledger.csv?account=store_credit")
    assert (spent[-2], given[-2]) == ("-4.00", "10.00")
    [refund] = [row for row in download(client, owner, "/owner/ledger.csv") if row[1] == "Refund"]
    assert refund[5] == "-10.00"
