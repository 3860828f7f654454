"""The customer on their request's page: who answers, taking it back, who decided and why."""

import pytest

from cancellations.operations import reject_request_items
from orders.models import Case
from tests.cancellations.acts import cancel, deliver_all, hold, select
from tests.factories import items_of, line, make_customer, make_member, make_order
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make_order(lines=[line(quantity=2, unit_price=1000)])


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def held(order, customer):
    return hold(order, customer, select(items_of(order)[0]))


def page(client, request) -> str:
    return client.get(f"/my/requests/{request.case.number}/").content.decode()


def test_from_waiting_to_taken_back(client, order, customer, held):
    signed_in(client, customer)
    before = page(client, held)
    address = f"/my/requests/{held.case.number}/withdrawal/"
    assert f"{held.case.seller.name} answers your request" in before
    assert "it is approved" in before
    assert address in before

    answer = client.post(address, follow=True)

    after = answer.content.decode()
    assert "Your request is taken back" in after
    assert address not in after
    assert Case.objects.get().status == "withdrawn"
    assert items_of(order)[0].open_case_id is None


def test_two_clicks_take_it_back_once(client, customer, held):
    signed_in(client, customer)
    address = f"/my/requests/{held.case.number}/withdrawal/"

    answers = [client.post(address, {"form_key": "once"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    shown = page(client, held)
    assert "answered already" not in shown


def test_what_is_decided_offers_no_way_back_and_refuses_it(client, order, customer):
    [request] = cancel(order, customer, select(items_of(order)[0]))
    signed_in(client, customer)
    address = f"/my/requests/{request.case.number}/withdrawal/"
    assert address not in page(client, request)

    answer = client.post(address, follow=True)

    assert "answered already" in answer.content.decode()
    assert Case.objects.get().status == "approved"


def test_a_strangers_request_is_missing(client, held):
    other = make_order()
    signed_in(client, make_customer(other))

    assert client.post(f"/my/requests/{held.case.number}/withdrawal/").status_code == 404
    assert Case.objects.get().status == "waiting"


def test_the_customer_reads_who_decided_and_why_but_no_names(client, customer, held):
    seller = make_member(held.case.seller, "manager")
    reject_request_items(held, actor=seller, reason_note="It is engraved.")
    deliver_all()
    signed_in(client, customer)

    shown = page(client, held)

    assert "Decided by: Seller" in shown
    assert "It is engraved." in shown
    assert f"person-{seller.user_id}" not in shown
