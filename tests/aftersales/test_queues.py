"""The tabs of the requests as queues: goods and disputes stand by what is due first, with a word
for it, and lead to where it is done."""

import re
from datetime import UTC, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from core.deadlines.defaults import actions_of
from core.deadlines.operations import handle_passed
from marketplace.aftersales.requests import RequestRow, listed_requests
from orders.models import Case
from returns.models import Dispute, ReturnItem, ReturnParcel
from returns.operations import Received, approve_items, decide, receive, reject_items, say_sent
from tests.exports.tables import table
from tests.factories import items_of, make_customer, make_member, make_owner
from tests.people import signed_in
from tests.returns.acts import ask, delivered_order, let_time_pass, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


def request_of(**terms):
    order = delivered_order(**terms)
    return ask(order, make_customer(order), *[select(item) for item in items_of(order)])


def seller_of(request):
    return make_member(request.case.seller)


def approved(**terms) -> ReturnParcel:
    request = request_of(**terms)
    approve_items(request, actor=seller_of(request))
    return ReturnParcel.objects.get(case=request.case_id)


def sent(**terms) -> ReturnParcel:
    parcel = approved(**terms)
    customer = make_customer(parcel.order)
    return say_sent(parcel, actor=customer, tracking_number="T1", other_carrier="Bike")


def disputed(**terms) -> Dispute:
    request = request_of(**terms)
    reject_items(
        request, actor=seller_of(request), reason_code="as_described", message="As in the picture."
    )
    return Dispute.objects.get(case=request.case_id)


def rows(client, tab: str) -> list[tuple[str, str]]:
    """(request, the words under its date) in the order of the page."""
    page = unescape(client.get(f"/owner/requests/?tab={tab}").content.decode())
    found = []
    for row in re.findall(r'<tr class="row[^"]*">(.*?)</tr>', page, re.S):
        [number] = re.findall(r'href="/owner/requests/([^"/]+)/"', row)
        *_others, due, _refund = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        words = re.findall(r'<span class="meta block">([^<]+)</span>', due)
        found.append((number, words[0] if words else ""))
    return found


def said_by_the_list(actor) -> dict[str, tuple[str, str]]:
    """{request: (until when, what for)}, as the rows of "All" say it."""
    found = {}
    for case in listed_requests(actor, "all"):
        due = RequestRow(case, actor).next_due
        at = due.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00") if due else ""
        found[case.number] = (at, (str(due.words) or "Answer") if due else "")
    return found


def test_a_file_says_what_is_due_as_the_list_does(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)
    actor = make_owner()
    looked_at = sent()
    entry = ReturnItem.objects.filter(case=looked_at.case_id).first()
    units = [Received(entry.pk, "damaged", entry.item.quantity)]
    receive(looked_at, units=units, last=True, actor=seller_of(looked_at))
    silent = disputed()
    let_time_pass("return.statement")
    handle_passed()
    over, appealed = disputed(), disputed()
    Dispute.objects.filter(pk=over.pk).update(status="closed")
    Dispute.objects.filter(pk=appealed.pk).update(status="decided")
    undated = request_of()
    Case.objects.filter(pk=undated.case_id).update(due_at=None)
    made = [request_of().case, approved().case, sent().case, looked_at.case, silent.case]
    made += [disputed().case, over.case, appealed.case, undated.case]

    wanted = ["request_number", "due_at", "due_for"]
    rows = {number: tuple(rest) for number, *rest in table(actor, "requests", wanted, "tab=all")}

    assert rows == said_by_the_list(actor)
    assert [rows[case.number][1] for case in made] == [
        *("Answer", "To be sent", "To be received", "To be looked at", "Decision"),
        *("Customer's side", "", "Appeal", ""),
    ]


@pytest.mark.parametrize("tab", ["waiting", "goods", "disputes", "decided", "all"])
def test_a_file_stands_in_the_order_of_its_tab(owner, settings, tmp_path, tab):
    settings.PRIVATE_FILES_DIR = str(tmp_path)
    later = sent()
    approved(), disputed(), request_of(), disputed(), request_of(), sent()
    ReturnParcel.objects.filter(pk=later.pk).update(confirm_by=timezone.now() + timedelta(days=99))
    Case.objects.filter(pk=Case.objects.open().first().pk).update(
        due_at=timezone.now() + timedelta(days=99)
    )

    listed = [
        number for [number] in table(make_owner(), "requests", ["request_number"], f"tab={tab}")
    ]

    assert listed == [number for number, _words in rows(owner, tab)]
    assert len(listed) > 1


def test_ticked_requests_are_in_the_file_whatever_tab_they_are_under(settings, tmp_path):
    settings.PRIVATE_FILES_DIR = str(tmp_path)
    number = approved().case.number
    request_of()

    assert table(make_owner(), "requests", ["request_number"], "", chosen=[number]) == [[number]]


def test_goods_stand_by_what_is_due_first(owner):
    awaited, under_way = approved(), sent()
    ReturnParcel.objects.filter(pk=under_way.pk).update(
        confirm_by=timezone.now() - timedelta(hours=1)
    )
    assert rows(owner, "goods") == [
        (under_way.case.number, "To be received"),
        (awaited.case.number, "To be sent"),
    ]


def test_goods_that_came_stay_until_somebody_lets_their_money_go(owner):
    parcel = sent()
    entry = ReturnItem.objects.filter(case=parcel.case_id).first()
    units = [Received(entry.pk, "damaged", entry.item.quantity)]
    receive(parcel, units=units, last=True, actor=seller_of(parcel))
    assert rows(owner, "goods") == [(parcel.case.number, "To be looked at")]

    let_time_pass("return.confirm_receipt")
    handle_passed()

    assert rows(owner, "goods") == []


def test_what_the_seller_did_not_receive_waits_for_the_marketplace(owner):
    parcel = sent()
    let_time_pass("return.confirm_receipt", action="escalate")
    handle_passed()
    assert rows(owner, "goods") == [(parcel.case.number, "To be received")]
    page = owner.get("/owner/requests/?tab=goods").content.decode()
    assert reverse("owner:return_receive_parcel", args=[parcel.code]) in page


def test_disputes_stand_by_their_next_step_and_lead_to_their_page(owner):
    fresh, silent = disputed(), disputed()
    let_time_pass("return.statement")
    Dispute.objects.filter(pk=fresh.pk).update(status="open")
    handle_passed()

    found = rows(owner, "disputes")

    assert {words for _number, words in found} == {"Decision"}
    page = owner.get("/owner/requests/?tab=disputes").content.decode()
    assert reverse("owner:dispute_detail", args=[silent.number]) in page


def test_a_dispute_waits_for_the_customer_first(owner):
    dispute = disputed()
    assert rows(owner, "disputes") == [(dispute.case.number, "Customer's side")]


def test_nobody_reads_a_refund_of_a_dispute_before_it_is_decided(owner):
    dispute = disputed()
    assert "Not decided" in owner.get("/owner/requests/?tab=disputes").content.decode()

    decide(
        dispute,
        actor=make_owner(),
        outcome="full",
        fault="seller",
        shipping_paid_by="seller",
        note="The picture is another one.",
        goods_back=False,
    )

    page = owner.get("/owner/requests/?tab=all").content.decode()
    assert dispute.case.number in page
    assert "Not decided" not in page


def test_what_is_wanted_instead_of_money_is_said_and_no_amount(owner):
    order = delivered_order()
    ask(order, make_customer(order), select(items_of(order)[0]), wish="exchange")

    page = owner.get("/owner/requests/").content.decode()

    assert "Wish: The same again" in page
    assert "0.00" not in page


def test_counts_of_the_tabs_come_with_rows_that_are_asked_for_again(owner):
    whole = owner.get("/owner/requests/").content.decode()
    assert re.findall(r'<span id="count-(\w+)" class="count">0</span>', whole) == [
        *("waiting", "goods", "disputes", "decided", "all")
    ]
    assert 'hx-swap-oob="true">0' not in whole
    request_of(), approved()

    part = owner.get("/owner/requests/", headers={"HX-Request": "true"}).content.decode()

    counts = re.findall(r'<span id="count-(\w+)" class="([^"]+)" hx-swap-oob="true">(\d)', part)
    assert counts == [
        ("waiting", "pill tone-warning", "1"),
        ("goods", "count", "1"),
        ("disputes", "count", "0"),
        ("decided", "count", "1"),
        ("all", "count", "2"),
    ]


def test_the_owner_may_choose_to_be_asked_where_the_seller_is_silent():
    assert actions_of("return.confirm_receipt") == ("approve", "escalate")
