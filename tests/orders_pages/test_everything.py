"""Acting on all that a list shows, and not only on what was ticked, through HTTP."""

import pytest
from django.urls import reverse

from core.jobs.models import Job
from core.jobs.operations import continue_job
from orders.models import Case, OrderStatus, SellerOrder
from packages.models import Package
from tests.factories import line, make_member, make_order, make_owner, make_seller
from tests.orders_pages.test_lists import ask, fresh_counts
from tests.packages.console import packed
from tests.people import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["fresh_counts"]
PACK = {"action": "pack", "all": "1", "list": "order_list"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("core.events.log.nudge", lambda task, **ids: None)


@pytest.fixture
def kiln():
    return make_seller("kiln", name="Kiln & Clay")


@pytest.fixture
def seller(client, kiln):
    return signed_in(client, make_member(kiln))


def finish(job: Job) -> Job:
    while continue_job(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def waiting() -> set[str]:
    parts = SellerOrder.objects.filter(status=OrderStatus.WAITING_PACKAGING)
    return set(parts.values_list("order__number", flat=True))


def test_how_many_match_is_told_where_a_row_can_be_ticked(seller, kiln):
    """The answer's words have their place in the bulk bar, and an empty list has none."""
    make_order(number="FH-1", sellers=[kiln])
    tabs = reverse("seller:order_tabs")

    assert "Select all 1 matching" in seller.get(tabs, {"search": "FH-"}).content.decode()
    nothing = seller.get(tabs, {"search": "AB-"}).content.decode()
    assert "0 matching" in nothing
    assert "everything-words" not in nothing


def test_who_has_just_packed_reads_it_in_the_tabs(seller, kiln):
    """Counts are kept for some seconds, but not beyond what their reader has done."""
    make_order(number="FH-1", sellers=[kiln])
    tabs, bulk = reverse("seller:order_tabs"), reverse("seller:package_bulk")

    def waiting_by_the_tab() -> int:
        return seller.get(tabs).context["counts"].rows["waiting_packaging"]

    assert waiting_by_the_tab() == 1
    make_order(number="FH-2", sellers=[kiln])
    assert waiting_by_the_tab() == 1  # somebody else's doing: seen some seconds later
    seller.post(bulk, {"action": "pack", "numbers": ["FH-1", "FH-2"]})
    assert waiting_by_the_tab() == 0


class TestPackaging:
    def test_all_that_match_are_packed_and_nothing_else(self, seller, kiln):
        for number in ("FH-1", "FH-2", "AB-1"):
            make_order(number=number, sellers=[kiln])
        make_order(number="FH-3", sellers=[make_seller("other")])
        bulk = reverse("seller:package_bulk")

        question = seller.get(bulk, PACK | {"query": "search=FH-"}).content.decode()
        assert "Pack 2 orders" in question
        assert 'name="told" value="2"' in question
        answer = seller.post(bulk, PACK | {"query": "search=FH-", "told": "2"}, follow=True)

        assert "2 orders packed." in answer.content.decode()
        assert waiting() == {"AB-1", "FH-3"}

    def test_many_become_a_job_with_progress(self, seller, kiln, monkeypatch):
        monkeypatch.setattr("packages.views.bulk.AT_ONCE", 2)
        monkeypatch.setattr("packages.views.bulk.MOST", 3)
        for number in range(4):
            make_order(number=f"FH-{number}", sellers=[kiln])
        bulk = reverse("seller:package_bulk")

        question = seller.get(bulk, PACK | {"query": ""}).content.decode()
        assert "All 4 that match now." in question
        assert "Pack 4 orders" in question
        answer = seller.post(bulk, PACK | {"query": "", "told": "4"})
        job = Job.objects.get()

        assert answer["Location"] == reverse("seller:job_detail", args=[job.number])
        assert waiting() == {f"FH-{number}" for number in range(4)}
        make_order(number="FH-late", sellers=[kiln])  # after yes was said: not meant
        assert (finish(job).total, job.done, job.failed) == (4, 4, 0)
        assert waiting() == {"FH-late"}

    def test_a_list_that_changed_meanwhile_is_asked_about_again(self, seller, kiln):
        for number in ("FH-1", "FH-2"):
            make_order(number=number, sellers=[kiln])

        answer = seller.post(reverse("seller:package_bulk"), PACK | {"query": "", "told": "1"})
        page = answer.content.decode()

        assert answer.status_code == 422
        assert "The list has changed: 2 match now, 1 when you were asked." in page
        assert 'name="told" value="2"' in page
        assert waiting() == {"FH-1", "FH-2"}

    def test_too_many_are_refused_in_words(self, seller, kiln, monkeypatch):
        monkeypatch.setattr("orders.matching.MOST", 1)
        for _number in range(2):
            make_order(sellers=[kiln])

        answer = seller.get(reverse("seller:package_bulk"), PACK | {"query": ""}, follow=True)

        assert "Narrow the list first" in answer.content.decode()
        assert not Job.objects.exists()

    def test_an_address_that_is_not_valid_does_nothing(self, seller, kiln):
        make_order(sellers=[kiln])
        wrong = PACK | {"query": "search=colour%3Ared", "told": "1"}

        answer = seller.post(reverse("seller:package_bulk"), wrong, follow=True)

        assert "is not known here" in answer.content.decode()
        assert not Package.objects.exists()


class TestPackageLists:
    def test_each_list_means_its_own_packages(self, seller, kiln):
        mine, ready, foreign = packed(kiln), packed(kiln), packed(make_seller("other"))
        Package.objects.filter(pk=ready.pk).update(status="ready_to_ship")
        bulk = reverse("seller:package_bulk")
        wanted = {"action": "ready", "all": "1", "list": "package_preparing"}
        wanted |= {"query": "status=preparing", "told": "1"}

        seller.post(bulk, wanted)

        status = dict(Package.objects.values_list("pk", "status"))
        assert status[mine.pk] == "ready_to_ship"
        assert status[foreign.pk] == "preparing"

    def test_all_that_waits_to_be_packed(self, seller, kiln):
        make_order(number="FH-1", sellers=[kiln])
        make_order(number="AB-1", sellers=[kiln])
        wanted = PACK | {"list": "package_to_pack", "query": "search=FH", "told": "1"}

        seller.post(reverse("seller:package_bulk"), wanted)

        assert waiting() == {"AB-1"}


class TestCancelling:
    def wanted(self, query: str, told: int) -> dict:
        return {"all": "1", "query": query, "told": str(told), "note": "", "form_key": "a-key"}

    def test_a_seller_cancels_their_part_of_all_that_match(self, seller, kiln):
        other = make_seller("other")
        shared = make_order(number="FH-1", lines=[line(kiln), line(other)])
        make_order(number="AB-1", sellers=[kiln])
        cancel = reverse("seller:orders_cancel")

        question = seller.get(cancel, {"all": "1", "query": "number=FH-1"}).content.decode()
        assert "Yes, cancel 1 order" in question
        seller.post(cancel, self.wanted("number=FH-1", 1) | {"reason": "out_of_stock"})

        assert [case.seller_order.seller_id for case in Case.objects.all()] == [kiln.pk]
        assert set(shared.seller_orders.values_list("status", flat=True)) == {
            "cancelled",
            "waiting_packaging",
        }

    def test_a_list_that_changed_cancels_nothing(self, seller, kiln):
        make_order(sellers=[kiln])

        answer = seller.post(
            reverse("seller:orders_cancel"), self.wanted("", 7) | {"reason": "out_of_stock"}
        )

        assert "1 match now, 7 when you were asked" in answer.content.decode()
        assert not Case.objects.exists()

    def test_the_owner_cancels_from_the_list_for_every_seller(self, client):
        order = make_order(sellers=[make_seller("one"), make_seller("two")])
        owner = signed_in(client, make_owner())
        cancel = reverse("owner:orders_cancel")

        question = owner.get(cancel, {"numbers": order.number}).content.decode()
        assert "Cancellation is asked for everything" in question
        answer = owner.post(
            cancel, {"numbers": order.number, "reason": "out_of_stock", "note": "", "form_key": "k"}
        )

        assert answer["Location"] == reverse("owner:job_detail", args=[Job.objects.get().number])
        assert Case.objects.filter(kind="cancel", origin="owner").count() == 2


def test_the_counts_tell_how_many_all_are(client, kiln):
    for number in ("FH-1", "FH-2", "AB-1"):
        make_order(number=number, sellers=[kiln])
    seller = signed_in(client, make_member(kiln))

    tabs = seller.get(reverse("seller:order_tabs"), {"search": "FH-"}).content.decode()
    wrong = seller.get(reverse("seller:order_tabs"), {"search": "colour:red"}).content.decode()
    page = ask(seller, "seller:order_list", search="FH-").content.decode()

    assert "Select all 2 matching" in tabs
    assert "2 matching" in tabs
    assert "matching</span>" not in wrong
    assert 'name="query" value="search=FH-"' in page
