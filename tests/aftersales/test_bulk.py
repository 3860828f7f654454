"""Orders are cancelled from the list, many at once."""

import pytest

from core.actors import Rank
from core.jobs.models import Job
from core.jobs.operations import continue_job
from orders.models import Case, Order, OrderItem
from tests.factories import line, make_member, make_order, make_owner, make_seller
from tests.people import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/seller/order-cancellations/"


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay")


@pytest.fixture
def luma():
    return make_seller("luma", name="Luma")


@pytest.fixture
def seller(client, kiln):
    return signed_in(client, make_member(kiln))


def wanted(*orders, reason="out_of_stock", **more) -> dict:
    numbers = [order.number for order in orders]
    return {"order": numbers, "reason": reason, "note": "", "form_key": "a-key", **more}


def text(response) -> str:
    page = response.content.decode()
    assert "<c-" not in page
    assert "style=" not in page
    return page


def statuses(order: Order) -> list[str]:
    return list(order.items.order_by("pk").values_list("status", flat=True))


def test_the_list_offers_cancel_to_sellers_and_the_owner(client, seller, kiln):
    order = make_order(sellers=[kiln])

    of_seller = text(seller.get("/seller/orders/"))
    of_owner = text(signed_in(client, make_owner()).get("/owner/orders/"))

    assert f'name="numbers" value="{order.number}"' in of_seller
    assert f'formaction="{ADDRESS}"' in of_seller
    assert 'formaction="/owner/order-cancellations/"' in of_owner


def test_employees_pack_and_are_not_offered_it(client, kiln):
    make_order(sellers=[kiln])
    clerk = signed_in(client, make_member(kiln, Rank.EMPLOYEE))

    page = text(clerk.get("/seller/orders/"))

    assert "Start packaging" in page
    assert ADDRESS not in page
    assert clerk.post(ADDRESS, wanted(Order.objects.get())).status_code == 403


def test_the_question_shows_every_order_its_refund_and_the_consequence(seller, kiln):
    one, two = (make_order(lines=[line(kiln, 2, 1000, 100, 500)]) for _order in range(2))

    page = text(seller.get(ADDRESS, {"order": [one.number, two.number]}))
    assert page.count("24.00") == 2
    assert "Yes, cancel 2 orders" in page
    assert "might affect Seller&#x27;s Performance Ratings" in page

    sent = wanted(one, two, preview="1")
    part = text(seller.post(ADDRESS, sent, headers={"HX-Request": "true"}))
    assert "it counts in your performance ratings" in part
    assert not Case.objects.exists()


def test_each_order_has_its_own_result(seller, kiln):
    one, two = make_order(sellers=[kiln]), make_order(sellers=[kiln])
    gone = make_order(sellers=[kiln])
    OrderItem.objects.filter(order=gone).update(status="shipped")

    response = seller.post(ADDRESS, wanted(one, gone, two), follow=True)

    job = Job.objects.get()
    assert (job.status, job.done, job.failed) == ("done", 3, 1)
    assert response.redirect_chain[-1][0] == f"/seller/jobs/{job.number}/"
    page = text(response)
    assert gone.number in page
    assert "Nothing of it can be cancelled any more." in page
    assert statuses(one) == statuses(two) == ["cancelled"]
    assert statuses(gone) == ["shipped"]
    assert set(Case.objects.values_list("origin", "status")) == {("seller", "approved")}


def test_foreign_orders_are_row_errors_and_stay_as_they_are(seller, kiln, luma):
    own, foreign = make_order(sellers=[kiln]), make_order(sellers=[luma], number="FH-LUMA")
    shared = make_order(sellers=[kiln, luma])

    assert "There is no such order." in text(seller.get(ADDRESS, {"order": "FH-LUMA"}))
    page = text(seller.post(ADDRESS, wanted(own, foreign, shared), follow=True))

    assert "There is no such order." in page
    assert statuses(own) == ["cancelled"]
    assert statuses(foreign) == ["waiting_packaging"]
    of_luma = OrderItem.objects.filter(order=shared, seller=luma)
    assert [item.status for item in of_luma] == ["waiting_packaging"]
    assert not Case.objects.filter(seller=luma).exists()


def test_more_than_twenty_are_left_to_a_worker(seller, kiln):
    orders = [make_order(sellers=[kiln]) for _order in range(21)]

    seller.post(ADDRESS, wanted(*orders))
    job = Job.objects.get()
    assert job.done == 0
    assert not Case.objects.exists()

    while continue_job(job_id=job.pk):
        pass
    assert Case.objects.count() == 21


def test_two_clicks_are_one_job(seller, kiln):
    order = make_order(sellers=[kiln])

    first, second = (seller.post(ADDRESS, wanted(order)) for _click in range(2))

    assert first.url == second.url
    assert Job.objects.count() == Case.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "changed_mind"])
def test_a_reason_that_sellers_may_not_pick_is_refused(seller, kiln, reason):
    order = make_order(sellers=[kiln])

    response = seller.post(ADDRESS, wanted(order, reason=reason))

    assert response.status_code == 422
    assert 'id="id_reason_error"' in text(response)
    assert not Job.objects.exists()


def test_nothing_selected_leads_back_with_words(seller):
    assert "Select the orders first." in text(seller.get(ADDRESS, follow=True))
