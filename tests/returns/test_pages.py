"""The pages of returns through HTTP: what each person reads, and what their forms do."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.actors import SYSTEM
from orders.models import Case, Reason
from packages.operations import deliver_package, ship_package, start_packaging
from refunds.models import RefundPlan
from returns.models import Dispute, Offer, ReturnEvidence, ReturnItem, ReturnPolicy, ReturnRequest
from returns.operations import approve_items, make_offer, reject_items, say_sent
from tests.factories import (
    items_of,
    line,
    make_customer,
    make_member,
    make_order,
    make_owner,
    make_seller,
)
from tests.people import signed_in
from tests.returns.acts import ask, delivered_order, fresh, select, stored_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """2 × 10.00 with 5.00 shipping, and 1 × 3.00; all of it delivered."""
    return delivered_order(number="FH-1")


@pytest.fixture
def customer(order):
    return make_customer(order)


@pytest.fixture
def mine(client, customer):
    return signed_in(client, customer)


@pytest.fixture
def seller(order):
    return make_member(items_of(order)[0].seller)


@pytest.fixture
def owner():
    return make_owner()


def photo(name: str = "crack.jpg") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


def chosen(item, quantity=None, reason="not_as_described", note="", **more) -> dict:
    given = {
        f"take-{item.pk}": "on",
        f"quantity-{item.pk}": quantity or item.quantity,
        f"reason-{item.pk}": reason,
        f"note-{item.pk}": note,
        "wish": "refund",
        "pay_to": "original",
        "accept": "on",
        "form_key": "one-time-key",
    }
    return {name: value for name, value in (given | more).items() if value != ""}


def text(response, status: int = 200) -> str:
    page = response.content.decode()
    assert response.status_code == status, page[:3000]
    assert "<c-" not in page
    assert "style=" not in page
    return page


def words(page: str) -> str:
    """What is read of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


class TestAsking:
    def address(self, order) -> str:
        return reverse("my:return_new", args=[order.number])

    def test_each_item_says_which_applies(self, mine, customer):
        order = make_order(lines=[line(name="Mug"), line(name="Bowl")], number="FH-2")
        page = text(signed_in(mine, make_customer(order)).get(self.address(order)))
        assert "Can be cancelled" in page
        assert "Can be returned" not in page

    def test_the_last_day_is_said_before_anything_is_filled_in(self, mine, order):
        page = words(text(mine.get(self.address(order))))
        assert "Can be returned until" in page
        assert "14 days left" in page

    def test_the_estimate_is_line_by_line_and_writes_nothing(self, mine, order):
        mugs, _bowl = items_of(order)
        page = words(text(mine.post(self.address(order), chosen(mugs, 1) | {"preview": "1"})))
        assert "1 × " in page
        assert "12.50" in page  # 10.00 and half of the shipping
        assert not ReturnRequest.objects.exists()

    def test_the_estimate_waits_for_a_reason(self, mine, order):
        mugs, _bowl = items_of(order)
        page = text(mine.post(self.address(order), chosen(mugs, reason="") | {"preview": "1"}))
        assert "Choose a reason to see" in page

    def test_asking_with_a_photo(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        given = chosen(mugs, note="Cracked") | {f"files-{mugs.pk}": [photo()]}

        answer = mine.post(self.address(order), given)

        case = Case.objects.get(kind="return")
        assert answer["Location"] == reverse("my:case_detail", args=[case.number])
        assert case.return_request.estimate == 2500
        assert ReturnEvidence.objects.get().file.name == "crack.jpg"
        page = text(mine.get(answer["Location"]))
        assert "crack.jpg" in page
        assert "25.00" in page

    def test_photos_stay_when_something_else_is_wrong(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        given = chosen(mugs, accept="") | {f"files-{mugs.pk}": [photo()]}

        page = text(mine.post(self.address(order), given), 422)
        [key] = re.findall(rf'name="kept-files-{mugs.pk}" value="([^"]+)"', page)
        mine.post(self.address(order), chosen(mugs) | {f"kept-files-{mugs.pk}": key})

        assert str(ReturnEvidence.objects.get().file.key) == key

    def test_a_file_that_is_none_is_refused_beside_its_field(self, mine, order, settings, tmp_path):
        settings.PRIVATE_FILES_DIR = tmp_path
        mugs, _bowl = items_of(order)
        bad = SimpleUploadedFile("cat.jpg", b"<svg onload=alert(1)>", "image/jpeg")

        page = text(mine.post(self.address(order), chosen(mugs) | {f"files-{mugs.pk}": bad}), 422)

        assert "cat.jpg: This file cannot be kept" in page
        assert not ReturnRequest.objects.exists()

    def test_cancelling_and_returning_go_out_together(self, mine, customer, order):
        late = make_order(lines=[line(name="Mug"), line(make_seller("luma"), name="Lamp")])
        mug, lamp = items_of(late)
        package = start_packaging(order=late, items=[lamp], actor=SYSTEM)
        deliver_package(package=ship_package(package=package, actor=SYSTEM), actor=SYSTEM)
        person = signed_in(mine, make_customer(late))
        given = chosen(mug, reason="changed_mind") | chosen(lamp)

        answer = person.post(self.address(late), given)

        assert answer["Location"] == reverse("my:order_detail", args=[late.number])
        kinds = Case.objects.filter(order=late).order_by("kind").values_list("kind", flat=True)
        assert list(kinds) == ["cancel", "return"]

    def test_nothing_is_asked_when_one_of_them_is_refused(self, mine, order):
        mugs, bowl = items_of(order)
        given = chosen(mugs, 9) | chosen(bowl)
        page = text(mine.post(self.address(order), given), 422)
        assert "there are 2" in page
        assert not Case.objects.exists()

    def test_somebody_elses_order_is_not_there(self, client, order):
        stranger = signed_in(client, make_customer(make_order(number="FH-9")))
        assert stranger.get(self.address(order)).status_code == 404


class TestMyReturn:
    def address(self, request) -> str:
        return reverse("my:case_detail", args=[request.case.number])

    @pytest.fixture
    def request_(self, order, customer):
        return ask(order, customer, *[select(item) for item in items_of(order)])

    def test_withdrawing(self, mine, request_):
        mine.post(reverse("my:return_withdrawal", args=[request_.case.number]))
        assert fresh(request_).case.status == "withdrawn"
        assert "Taken back" in text(mine.get(self.address(request_)))

    def test_an_offer_is_accepted_from_the_page(self, mine, request_, seller, order):
        mugs, _bowl = items_of(order)
        offer = make_offer(request_, item_id=mugs.pk, amount=600, message="Sorry", actor=seller)
        page = words(text(mine.get(self.address(request_))))
        assert "get 6.00 EUR back" in page

        mine.post(reverse("my:offer_answer", args=[offer.pk]), {"answer": "accept"})

        offer.refresh_from_db()
        assert offer.status == Offer.Status.ACCEPTED
        assert "You keep it and get 6.00 EUR back" in text(mine.get(self.address(request_)))

    def test_anothers_offer_is_not_there(self, client, request_, seller, order):
        offer = make_offer(request_, item_id=items_of(order)[0].pk, amount=600, actor=seller)
        stranger = signed_in(client, make_customer(make_order(number="FH-9")))
        answer = stranger.post(reverse("my:offer_answer", args=[offer.pk]), {"answer": "accept"})
        assert answer.status_code == 404

    def test_sending_it_back(self, mine, request_, seller):
        approve_items(request_, actor=seller)
        parcel = fresh(request_).case.return_parcel
        page = text(mine.get(self.address(request_)))
        assert parcel.code in page
        label = text(mine.get(reverse("my:return_label", args=[request_.case.number])))
        assert parcel.code in label
        assert 'class="qr"' in label

        given = {"tracking_number": "TR1", "delivery_option": "-other-", "other_carrier": "Bike"}
        mine.post(reverse("my:return_shipment", args=[request_.case.number]), given)

        parcel.refresh_from_db()
        assert (parcel.status, parcel.tracking_number, parcel.other_carrier) == (
            *("sent", "TR1"),
            "Bike",
        )
        assert "TR1" in text(mine.get(self.address(request_)))

    def test_a_shipment_without_a_number_says_what_is_missing(self, mine, request_, seller):
        approve_items(request_, actor=seller)
        given = {"tracking_number": "", "delivery_option": "-other-", "other_carrier": "Bike"}
        address = reverse("my:return_shipment", args=[request_.case.number])
        assert "Give the tracking number" in text(mine.post(address, given), 422)

    def test_stating_ones_side_and_why_there_is_no_appeal(self, mine, request_, seller, owner):
        reject(request_, seller)
        page = text(mine.get(self.address(request_)))
        assert "Tell your side before" in page

        address = reverse("my:dispute_statement", args=[request_.case.number])
        assert "Write what you want to say" in text(mine.post(address, {"text": ""}), 422)
        mine.post(address, {"text": "It came cracked."})

        assert Dispute.objects.get().status == "deciding"
        page = text(mine.get(self.address(request_)))
        assert "It came cracked." in page
        assert "Tell your side before" not in page


def reject(request, actor) -> None:
    reason = Reason.objects.filter(kind="rejection", active=True).order_by("sort_order").first()
    files = [stored_file(actor)] if reason.needs_evidence else []
    reject_items(request, actor=actor, reason_code=reason.code, message="Used.", files=files)


class TestConsole:
    @pytest.fixture
    def request_(self, order, customer):
        return ask(order, customer, *[select(item) for item in items_of(order)])

    @pytest.fixture
    def theirs(self, client, seller):
        return signed_in(client, seller)

    def address(self, request, name="case_detail", surface="seller") -> str:
        return reverse(f"{surface}:{name}", args=[request.case.number])

    def given(self, request, *answers: str) -> dict:
        entries = request.items.order_by("pk")
        return {
            f"answer-{entry.pk}": answer for entry, answer in zip(entries, answers, strict=True)
        }

    def test_the_page_shows_what_is_asked_and_the_clock(self, theirs, request_):
        page = text(theirs.get(self.address(request_)))
        assert "Answer item by item" in page
        assert "No answer means that the return is approved" in page
        assert " checked" not in page.split("answer-form")[1].split("</form>")[0]

    def test_what_the_answers_come_to_is_shown_without_writing(self, theirs, request_):
        given = self.given(request_, "approve", "reject") | {"preview": "1"}
        page = words(text(theirs.post(self.address(request_), given)))
        assert "Refund if all goes well" in page
        assert "25.00" in page
        assert "Send answer for 2 items" in page
        assert set(request_.items.values_list("status", flat=True)) == {"waiting"}

    def test_one_answer_for_several_items(self, theirs, request_, seller):
        mugs, bowl = request_.items.order_by("pk")
        given = self.given(request_, "approve", "offer") | {f"amount-{bowl.pk}": "1.50"}

        answer = theirs.post(self.address(request_), given)

        assert answer.status_code == 302
        assert dict(request_.items.values_list("pk", "status")) == {
            mugs.pk: "approved",
            bowl.pk: "waiting",
        }
        assert Offer.objects.get().amount == 150
        assert "Offer of 1.50" in words(text(theirs.get(self.address(request_))))

    def test_an_offer_above_the_refund_changes_nothing(self, theirs, request_):
        _mugs, bowl = request_.items.order_by("pk")
        given = self.given(request_, "approve", "offer") | {f"amount-{bowl.pk}": "99"}
        page = text(theirs.post(self.address(request_), given), 422)
        assert "less than the full refund" in page
        assert set(request_.items.values_list("status", flat=True)) == {"waiting"}

    def test_a_rejection_without_a_word_is_refused_beside_the_field(self, theirs, request_):
        given = self.given(request_, "reject", "")
        page = text(theirs.post(self.address(request_), given), 422)
        assert "Say why; the customer reads it." in page

    def test_confirm_all(self, theirs, request_):
        theirs.post(self.address(request_), {"all": "approve"})
        assert fresh(request_).case.status == "approved"
        assert RefundPlan.objects.get().total == 2800

    def test_confirm_in_the_orders_tab(self, theirs, request_, order):
        tab = reverse("seller:order_detail", args=[order.number]) + "?tab=requests"
        page = text(theirs.get(tab))
        assert "Return " + request_.case.number in page
        mugs, _bowl = items_of(order)
        theirs.post(self.address(request_, "return_quick_answer"), {"item": mugs.pk})
        statuses = request_.items.order_by("pk").values_list("status", flat=True)
        assert list(statuses) == ["approved", "waiting"]

    def test_an_employee_reads_and_does_not_answer(self, client, request_, order):
        employee = make_member(items_of(order)[0].seller, rank="employee")
        person = signed_in(client, employee)
        page = text(person.get(self.address(request_)))
        assert "Answer item by item" not in page
        assert person.post(self.address(request_), {"all": "approve"}).status_code == 403

    def test_another_seller_finds_nothing(self, client, request_):
        person = signed_in(client, make_member(make_seller("other")))
        assert person.get(self.address(request_)).status_code == 404

    def test_the_owner_withdraws_for_the_customer(self, client, request_, owner):
        person = signed_in(client, owner)
        assert "Withdraw for the customer" in text(
            person.get(self.address(request_, surface="owner"))
        )
        person.post(self.address(request_, "return_withdrawal", "owner"))
        assert fresh(request_).case.status == "withdrawn"

    def test_a_note_among_the_marketplace_is_for_nobody_else(
        self, client, request_, owner, seller, customer
    ):
        person = signed_in(client, owner)
        person.post(
            self.address(request_, "return_message", "owner"), {"text": "Watch this seller."}
        )
        assert "Watch this seller." in text(person.get(self.address(request_, surface="owner")))
        for reader, surface in ((seller, "seller"), (customer, "my")):
            page = text(signed_in(client, reader).get(self.address(request_, surface=surface)))
            assert "Watch this seller." not in page


class TestReceiving:
    @pytest.fixture
    def parcel(self, order, customer, seller):
        request = ask(order, customer, *[select(item) for item in items_of(order)])
        approve_items(request, actor=seller)
        parcel = fresh(request).case.return_parcel
        return say_sent(parcel, actor=customer, tracking_number="T1", other_carrier="Bike")

    @pytest.fixture
    def theirs(self, client, seller):
        return signed_in(client, seller)

    def address(self, parcel) -> str:
        return reverse("seller:return_receive_parcel", args=[parcel.code])

    def counts(self, parcel, *rows: dict) -> dict:
        entries = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = {"extra_quantity": "0"}
        for entry, row in zip(entries, rows, strict=True):
            for condition in ("ok", "damaged", "missing", "wrong"):
                given[f"{condition}-{entry.pk}"] = str(row.get(condition, 0))
        return given

    def test_a_typed_code_opens_the_parcel(self, theirs, parcel):
        address = reverse("seller:return_receive")
        assert parcel.code in text(theirs.get(address))
        answer = theirs.post(address, {"code": parcel.code.lower().replace("-", " ")})
        assert answer["Location"] == self.address(parcel)
        assert "No return has this code" in text(theirs.post(address, {"code": "RT-X"}), 422)

    def test_all_as_sold_is_paid_in_full(self, theirs, parcel):
        assert "28.00" in text(theirs.get(self.address(parcel)))
        theirs.post(self.address(parcel), self.counts(parcel, {"ok": 2}, {"ok": 1}))
        plan = RefundPlan.objects.get()
        assert plan.total == 2800
        assert plan.payable_at is not None

    def test_a_deduction_is_shown_before_and_taken_with_its_reason(self, theirs, parcel):
        mugs, _bowl = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = self.counts(parcel, {"ok": 1, "damaged": 1}, {"ok": 1})
        given |= {f"amount-{mugs.pk}": "4.00", f"why-{mugs.pk}": "Scratched"}

        shown = words(text(theirs.post(self.address(parcel), given | {"preview": "1"})))
        assert "24.00" in shown
        assert not parcel.received.exists()
        theirs.post(self.address(parcel), given)

        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (2400, True)
        assert plan.lines.get(component="deduction").reason == "Scratched"

    def test_money_later_leads_to_the_inspection(self, theirs, parcel):
        mugs, _bowl = ReturnItem.objects.filter(case=parcel.case_id).order_by("pk")
        given = self.counts(parcel, {"ok": 1, "damaged": 1}, {"ok": 1}) | {"later": "1"}
        theirs.post(self.address(parcel), given)
        assert RefundPlan.objects.get().payable_at is None
        assert "Inspection" in text(theirs.get(self.address(parcel)))

        theirs.post(self.address(parcel), {f"amount-{mugs.pk}": "1", f"why-{mugs.pk}": "Dirty"})

        plan = RefundPlan.objects.get()
        assert (plan.total, plan.payable_at is not None) == (2700, True)

    def test_a_part_of_it_keeps_the_rest_waiting(self, theirs, parcel):
        theirs.post(self.address(parcel), self.counts(parcel, {"ok": 2}, {}))
        parcel.refresh_from_db()
        assert parcel.status == "partly_received"
        assert "1 piece expected" in text(theirs.get(self.address(parcel)))

    def test_more_than_expected_is_refused_beside_the_field(self, theirs, parcel):
        given = self.counts(parcel, {"ok": 2, "damaged": 1}, {})
        page = text(theirs.post(self.address(parcel), given), 422)
        assert "are still to come back" in page

    def test_anothers_parcel_is_not_there(self, client, parcel):
        person = signed_in(client, make_member(make_seller("other")))
        assert person.get(self.address(parcel)).status_code == 404


class TestDispute:
    @pytest.fixture
    def dispute(self, order, customer, seller):
        request = ask(order, customer, *[select(item) for item in items_of(order)])
        reject(request, seller)
        found = Dispute.objects.get()
        Dispute.objects.filter(pk=found.pk).update(statement_by=None, status="deciding")
        return found

    @pytest.fixture
    def boss(self, client, owner):
        return signed_in(client, owner)

    def address(self, dispute, surface="owner") -> str:
        return reverse(f"{surface}:dispute_detail", args=[dispute.number])

    def given(self, **more) -> dict:
        return {
            "outcome": "partial",
            "fault": "carrier",
            "shipping_paid_by": "marketplace",
            "note": "One drop was recorded.",
            "internal_note": "Claim it.",
        } | more

    def test_everything_is_on_one_screen(self, boss, dispute):
        page = words(text(boss.get(self.address(dispute))))
        for said in ("Used.", "Full, 28.00 EUR", "What this does", "Case timeline"):
            assert said in page

    def test_a_live_sum_and_the_decision(self, boss, dispute, client, customer, seller):
        mugs, _bowl = ReturnItem.objects.filter(case=dispute.case_id).order_by("pk")
        given = self.given(**{f"amount-{mugs.pk}": "6.00"})
        shown = words(text(boss.post(self.address(dispute), given | {"preview": "1"})))
        assert "Decide: refund 6.00 EUR" in shown
        assert not dispute.decisions.exists()

        boss.post(self.address(dispute), given)

        assert RefundPlan.objects.get().total == 600
        assert "Claim it." in text(boss.get(self.address(dispute)))
        theirs = signed_in(client, seller).get(self.address(dispute, "seller"))
        page = text(theirs)
        assert "One drop was recorded." in page
        assert "Claim it." not in page
        mine = signed_in(client, customer)
        page = text(mine.get(reverse("my:case_detail", args=[dispute.case.number])))
        assert "One drop was recorded." in page
        assert "Claim it." not in page
        assert "Appeal the decision" in page

    def test_the_owner_tells_the_customers_side_for_them(self, boss, dispute, customer):
        later = timezone.now() + timedelta(days=1)
        Dispute.objects.filter(pk=dispute.pk).update(statement_by=later)
        assert "Tell the customer's side" in words(text(boss.get(self.address(dispute))))
        address = reverse("owner:dispute_statement", args=[dispute.case.number])
        assert "Tell your side" in text(boss.get(address))
        boss.post(address, {"text": "They called: it was cracked."})
        assert "They called: it was cracked." in text(boss.get(self.address(dispute)))

    def test_a_decision_without_a_reason_is_refused(self, boss, dispute):
        page = text(boss.post(self.address(dispute), self.given(outcome="full", note="")), 422)
        assert "Write what you want to say" in page

    def test_a_seller_cannot_decide(self, client, dispute, seller):
        person = signed_in(client, seller)
        given = self.given(outcome="none")
        assert person.post(self.address(dispute, "seller"), given).status_code == 404
        assert not dispute.decisions.exists()


class TestRules:
    @pytest.fixture
    def boss(self, client, owner):
        return signed_in(client, owner)

    def given(self, **more) -> dict:
        return {"window_days": "30", "restocking_percent": "10", "currency": "EUR"} | more

    def test_trying_shows_the_example_and_saves_nothing(self, boss):
        address = reverse("owner:settings_return_policy_new")
        given = self.given(return_shipping_fee="4.90", **{"try": "1"})
        page = words(text(boss.post(address, given)))
        assert "−10.00" in page
        assert "−4.90" in page
        assert "90.10" in page
        assert not ReturnPolicy.objects.exists()

    def test_saving_changing_and_removing(self, boss):
        boss.post(reverse("owner:settings_return_policy_new"), self.given())
        policy = ReturnPolicy.objects.get()
        assert (policy.window_days, str(policy.restocking_rate)) == (30, "0.10000")
        assert "30 days" in text(boss.get(reverse("owner:settings_returns")))

        address = reverse("owner:settings_return_policy", args=[policy.pk])
        boss.post(address, self.given(window_days="7", keep_goods_up_to="12.50"))
        policy.refresh_from_db()
        assert (policy.window_days, policy.keep_goods_up_to) == (7, 1250)

        boss.post(reverse("owner:settings_return_policy_removal", args=[policy.pk]))
        assert not ReturnPolicy.objects.exists()

    def test_the_same_place_twice_is_refused(self, boss):
        address = reverse("owner:settings_return_policy_new")
        boss.post(address, self.given())
        page = text(boss.post(address, self.given(window_days="5")), 422)
        assert "There are rules for this already" in page

    def test_amounts_need_their_currency(self, boss):
        address = reverse("owner:settings_return_policy_new")
        given = self.given(currency="", keep_goods_up_to="5")
        assert "Say in which currency" in text(boss.post(address, given), 422)


@pytest.mark.parametrize("surface", ["my", "seller", "owner"])
def test_help_tells_the_figures_in_force(client, surface, order, customer, seller, owner):
    ReturnPolicy.objects.create(window_days=21)
    person = {"my": customer, "seller": seller, "owner": owner}[surface]
    page = words(text(signed_in(client, person).get(reverse(f"{surface}:help_returns"))))
    assert "21 days" in page
    assert "5 days" in page


def test_pages_cost_the_same_with_many_items(client, owner):
    """Items, files, messages and decisions may be many."""
    costs = []
    for count in (1, 6):
        order = delivered_order(lines=[line(name=f"Mug {n}") for n in range(count)])
        buyer = make_customer(order)
        chosen = [select(item, files=[stored_file(buyer)]) for item in items_of(order)]
        request = ask(order, buyer, *chosen)
        reject(request, make_member(items_of(order)[0].seller))
        number, dispute = request.case.number, Dispute.objects.get(case=request.case)
        pages = {
            buyer: [
                reverse("my:case_detail", args=[number]),
                reverse("my:return_new", args=[order.number]),
            ],
            owner: [
                reverse("owner:case_detail", args=[number]),
                reverse("owner:dispute_detail", args=[dispute.number]),
            ],
        }
        costs.append([])
        for reader, addresses in pages.items():
            signed_in(client, reader)
            for address in addresses:
                client.get(address)
                with CaptureQueriesContext(connection) as asked_for:
                    assert client.get(address).status_code == 200
                costs[-1].append(len(asked_for))

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 40
