"""Cancellation/Return Requests, and answering them, through HTTP."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cancellations.models import AutoApprovalPolicy, CancellationItem
from core.actors import Rank
from orders.models import Case, OrderItem
from refunds.models import RefundPlan
from tests.cancellations.acts import cancel, select
from tests.factories import (
    items_of,
    line,
    make_case,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay")


@pytest.fixture
def held(kiln):
    """A request that the policy leaves to the seller: 2 mugs and a bowl."""
    AutoApprovalPolicy.objects.get_or_create(up_to_amount=1, currency="EUR")

    def ask(seller=kiln, number="", due_in=None) -> Case:
        lines = [line(seller, 2, 1850, 0, 500, name="Mug"), line(seller, 1, 4600, name="Bowl")]
        order = make_order(number=number, lines=lines)
        chosen = [select(item) for item in items_of(order)]
        [request] = cancel(order, make_customer(order), *chosen)
        if due_in is not None:
            Case.objects.filter(pk=request.case_id).update(due_at=timezone.now() + due_in)
        return request.case

    return ask


@pytest.fixture
def owner(client):
    return signed_in(client, make_owner())


@pytest.fixture
def seller(client, kiln):
    return signed_in(client, make_member(kiln))


def text(response) -> str:
    page = response.content.decode()
    assert "<c-" not in page
    assert "style=" not in page
    return page


def numbers(page: str) -> list[str]:
    return re.findall(r'href="/\w+/requests/([^"/]+)/"', page)


def answer(case, what="approve", *, items=None, note="", **more) -> dict:
    items = [row.item_id for row in case.cancellation.items.all()] if items is None else items
    return {"answer": what, "items": items, "note": note, "form_key": "a-key", **more}


def page_of(case, surface="owner") -> str:
    return reverse(f"{surface}:case_detail", args=[case.number])


def test_what_waits_stands_by_deadline_with_age_and_the_rule_that_holds_it(owner, held):
    late = held(due_in=timedelta(days=2))
    soon = held(due_in=timedelta(hours=3))
    Case.objects.filter(pk=late.pk).update(opened_at=timezone.now() - timedelta(days=3, hours=12))

    page = text(owner.get("/owner/requests/"))

    assert numbers(page) == [soon.number, late.number]
    assert "3 d 12 h" in page
    assert "The amount is above the limit for automatic approval." in page
    assert "Kiln &amp; Clay" in page


def test_tabs_count_and_say_who_decided_and_why(owner, held):
    waiting = held()
    AutoApprovalPolicy.objects.all().delete()
    approved = held()

    page = text(owner.get("/owner/requests/?tab=decided"))

    assert numbers(page) == [approved.number]
    assert "approved automatically" in page
    tabs = page.partition('aria-label="Requests"')[2].partition("</nav>")[0]
    assert re.findall(r">(\d+)<", tabs) == ["1", "0", "0", "1", "2"]
    everything = text(owner.get("/owner/requests/?tab=all"))
    assert numbers(everything) == [approved.number, waiting.number]


def test_filters_are_the_apis_and_a_search(owner, held):
    luma = make_seller("luma", name="Luma")
    first, second = held(number="FH-1"), held(luma, number="FH-2")

    def found(query: str) -> list[str]:
        return numbers(text(owner.get(f"/owner/requests/?{query}")))

    assert found("search=fh-2") == [second.number]
    assert found("seller=luma") == [second.number]
    assert found("order=FH-1") == [first.number]
    assert found(f"search={first.number.lower()}") == [first.number]
    assert found("kind=return") == []
    assert found("origin=customer&kind=cancel") == [first.number, second.number]
    assert "No request matches" in text(owner.get("/owner/requests/?search=nobody"))


def test_a_return_without_details_leads_to_its_order(owner):
    order = make_order()
    with transaction.atomic():
        case, _items = make_case(order, kind="return")

    page = text(owner.get("/owner/requests/"))

    assert case.number in page
    assert numbers(page) == []
    assert f'href="/owner/orders/{order.number}/?tab=requests"' in page


def test_empty_pages_say_so(owner):
    assert "Nothing waits for an answer" in text(owner.get("/owner/requests/"))
    assert "No requests yet" in text(owner.get("/owner/requests/?tab=all"))


def test_pages_of_the_list_go_both_ways(owner, held, monkeypatch):
    monkeypatch.setattr("marketplace.aftersales.views.requests.RequestList.page_size", 2)
    cases = [held(due_in=timedelta(hours=hours)) for hours in (1, 2, 3)]
    Case.objects.filter(pk=cases[2].pk).update(due_at=None)

    first = text(owner.get("/owner/requests/"))
    assert numbers(first) == [cases[0].number, cases[1].number]
    follow = re.search(r'href="(\?cursor=[^"]+|\?[^"]*cursor=[^"]+)"', first).group(1)
    second = text(owner.get(f"/owner/requests/{follow}".replace("&amp;", "&")))
    assert numbers(second) == [cases[2].number]
    back = re.search(r'href="(\?[^"]*cursor=[^"]+)"', second).group(1).replace("&amp;", "&")
    assert numbers(text(owner.get(f"/owner/requests/{back}"))) == [cases[0].number, cases[1].number]


def test_a_seller_sees_and_answers_only_their_own(seller, held):
    own, foreign = held(), held(make_seller(name="Luma"))

    page = text(seller.get("/seller/requests/?tab=all"))
    assert numbers(page) == [own.number]
    assert "Luma" not in page  # neither in rows nor among the filters
    assert seller.get(page_of(foreign, "seller")).status_code == 404
    assert seller.post(page_of(foreign, "seller"), answer(foreign)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == "waiting"


def test_the_navigation_counts_what_waits(owner, held):
    held()

    page = text(owner.get("/owner/orders/"))

    assert re.search(r'href="/owner/requests/".*?>1<', page, re.S)


def test_a_seller_answers_item_by_item_on_the_orders_tab(seller, held):
    case = held()
    mugs, bowl = items_of(case.order)
    tab = reverse("seller:order_detail", args=[case.order.number]) + "?tab=requests"

    page = text(seller.get(tab))
    assert "Answer by" in page
    assert "Without an answer it is approved." in page
    assert "Approve cancellation" in page

    sent = answer(case, items=[mugs.pk], back="order")
    assert seller.post(page_of(case, "seller"), sent).url == tab
    case.refresh_from_db()
    assert case.status == "waiting"

    sent = answer(case, "reject", items=[bowl.pk], note="It is on the van.", form_key="other")
    seller.post(page_of(case, "seller"), sent)
    case.refresh_from_db()
    assert case.status == "approved"
    assert [item.status for item in items_of(case.order)] == ["cancelled", "waiting_packaging"]
    assert RefundPlan.objects.get().total == 4200
    assert "It is on the van." in text(seller.get(page_of(case, "seller")))


def test_a_rejection_without_a_note_is_refused_and_nothing_is_lost(seller, held):
    case = held()
    mugs, bowl = items_of(case.order)

    response = seller.post(page_of(case, "seller"), answer(case, "reject", items=[bowl.pk]))

    page = text(response)
    assert response.status_code == 422
    assert 'id="id_note_error"' in page
    assert re.search(rf'value="{bowl.pk}" data-select checked', page)
    assert not re.search(rf'value="{mugs.pk}" data-select checked', page)
    assert not CancellationItem.objects.exclude(status="waiting").exists()


@pytest.mark.parametrize("items", [[], ["x"], [999999999]])
def test_items_that_are_not_in_the_request_change_nothing(seller, held, items):
    case = held()

    response = seller.post(page_of(case, "seller"), answer(case, items=items))

    assert response.status_code == 422
    assert not CancellationItem.objects.exclude(status="waiting").exists()


def test_who_answers_second_is_told_that_it_was_answered(seller, held):
    case = held()
    seller.post(page_of(case, "seller"), answer(case))

    response = seller.post(
        page_of(case, "seller"), answer(case, "reject", note="No.", form_key="later")
    )

    assert response.status_code == 422
    assert "has been answered already" in text(response)


def test_owner_approves_a_rejected_one_after_all(owner, held):
    case = held()
    owner.post(page_of(case), answer(case, "reject", note="Too late."))
    case.refresh_from_db()
    assert case.status == "rejected"

    page = text(owner.get(page_of(case)))
    assert "Overrule the decision" in page
    owner.post(page_of(case), answer(case, "overrule", note="We promised.", form_key="other"))

    case.refresh_from_db()
    assert case.status == "approved"
    assert "We promised." in text(owner.get(page_of(case)))


def test_overruling_what_has_shipped_names_the_item(owner, held):
    case = held()
    owner.post(page_of(case), answer(case, "reject", note="Too late."))
    OrderItem.objects.filter(order=case.order, line__name="Bowl").update(status="shipped")

    response = owner.post(page_of(case), answer(case, "overrule", note="Do.", form_key="other"))

    assert response.status_code == 422
    assert "Bowl: Already shipped" in text(response)


def test_owner_withdraws_for_the_customer(owner, held):
    case = held()
    assert "Withdraw for the customer" in text(owner.get(page_of(case)))

    owner.post(page_of(case), answer(case, "withdraw", items=[]))

    case.refresh_from_db()
    assert case.status == "withdrawn"
    assert [item.open_case_id for item in items_of(case.order)] == [None, None]


def test_an_employee_reads_and_may_not_answer(client, kiln, held):
    case = held()
    clerk = signed_in(client, make_member(kiln, Rank.EMPLOYEE))

    assert "Approve cancellation" not in text(clerk.get(page_of(case, "seller")))
    assert clerk.post(page_of(case, "seller"), answer(case)).status_code == 403
    case.refresh_from_db()
    assert case.status == "waiting"


def test_lists_and_requests_cost_the_same_however_many(owner, held):
    def cost(address: str) -> int:
        owner.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(address).status_code == 200
        return len(asked)

    case = held()
    addresses = ["/owner/requests/", "/owner/requests/?tab=all", page_of(case)]
    with_one = [cost(address) for address in addresses]
    for _more in range(8):
        held()

    assert [cost(address) for address in addresses] == with_one
    assert max(with_one[:2]) <= 16
    assert with_one[2] <= 14


def test_many_waiting_requests_of_one_order_cost_the_tab_what_one_costs(seller, kiln, held):
    one = held()
    lines = [line(kiln, 1, 2000 + number) for number in range(6)]
    order = make_order(lines=lines)
    customer = make_customer(order)
    for item in items_of(order):
        cancel(order, customer, select(item))

    def cost(number: str) -> int:
        address = f"/seller/orders/{number}/?tab=requests"
        seller.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert text(seller.get(address)).count("Without an answer") >= 1
        return len(asked)

    assert cost(order.number) == cost(one.order.number)


def test_nobody_else_finds_the_pages(held):
    case = held()
    stranger = signed_in(Client(), make_customer(make_order()))

    for address in ("/owner/requests/", "/seller/requests/", page_of(case)):
        assert stranger.get(address).status_code == 404
