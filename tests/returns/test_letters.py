"""Who hears of what about a return: each letter once, to whom it concerns, in their language."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from core.accounts.models import User
from core.actors import IMPORTER, Actor, Rank
from core.deadlines.models import Deadline
from core.deadlines.operations import handle_passed, remind
from core.notifications.models import Mail, Notification
from core.notifications.wording import write_line
from orders.models import Customer
from returns.goods_policies import Received
from returns.models import Dispute, Offer, ReturnItem, ReturnRequest
from returns.operations import (
    DecidedLine,
    Found,
    accept_offer,
    appeal,
    approve_items,
    decide,
    decline_offer,
    make_offer,
    receive,
    reject_items,
    say_sent,
    state_side,
    withdraw_return,
    write_message,
)
from sellers.models import DeliveryOption, ShippingCompany
from tests.factories import items_of, make_customer, make_member, make_order, make_owner
from tests.returns.acts import (
    ask,
    deliver_all,
    delivered_order,
    failed,
    let_time_pass,
    pay,
    policy,
    select,
)

pytestmark = pytest.mark.django_db
TEMPLATES = Path(settings.BASE_DIR) / "templates"


class Scene:
    """One order with its customer, two people of the seller, two of the marketplace."""

    def __init__(self, order):
        self.order = order
        self.customer = make_customer(order)
        Customer.objects.filter(pk=order.customer_id).update(email="anna@example.com")
        self.seller_id = items_of(order)[0].seller_id
        seller = items_of(order)[0].seller
        self.manager = make_member(seller, Rank.MANAGER)
        self.packer = make_member(seller, Rank.EMPLOYEE)
        self.owner = make_owner(Rank.MANAGER)
        self.clerk = make_owner(Rank.EMPLOYEE)
        self.read = 0, 0

    @property
    def names(self) -> dict[str, str]:
        people = ("manager", "packer", "owner", "clerk")
        emails = User.objects.in_bulk([getattr(self, name).user_id for name in people])
        named = {emails[getattr(self, name).user_id].email: name for name in people}
        user = User.objects.get(pk=self.customer.user_id)
        return named | {"anna@example.com": "customer", user.email: "customer"}

    def news(self) -> tuple[list[str], list[str]]:
        """(mails, lines under the bells of seller and marketplace) since the last time, as "reader:
        template"; after everything that is owed was delivered, twice. The customer has a line for
        each mail that is not about their own act."""
        deliver_all()
        names = self.names
        mails = Mail.objects.filter(pk__gt=self.read[0]).order_by("pk")
        lines = Notification.objects.filter(pk__gt=self.read[1]).order_by("pk")
        for line in lines:
            assert write_line(line.template, line.data)
        told = (
            sorted(f"{names.get(one.to, one.to)}: {one.template}" for one in mails),
            sorted(f"{names[one.user.email]}: {one.template}" for one in lines),
        )
        own_acts = ("return_requested", "return_withdrawn")
        written = [name for name in told[0] if name.startswith("customer: return_")]
        assert [line for line in told[1] if line.startswith("customer: ")] == [
            name.replace(": ", ": my_") for name in written if not name.endswith(own_acts)
        ]
        told = told[0], [line for line in told[1] if not line.startswith("customer: ")]
        self.read = tuple(
            max((one.pk for one in rows), default=before)
            for rows, before in zip((mails, lines), self.read, strict=True)
        )
        return told

    def ask(self, **wishes) -> ReturnRequest:
        mugs = items_of(self.order)[0]
        return ask(self.order, self.customer, select(mugs), **wishes)

    def reject(self, request: ReturnRequest) -> Dispute:
        message = "It is what you ordered."
        reject_items(request, reason_code="as_described", message=message, actor=self.manager)
        return Dispute.objects.get(case=request.case_id)

    def decide(self, dispute: Dispute, outcome: str, *amounts: int, **more) -> None:
        dispute = Dispute.objects.get(pk=dispute.pk)
        entries = dispute.items.values_list("entry", flat=True)
        lines = [DecidedLine(*pair) for pair in zip(entries, amounts, strict=False)]
        terms = {"fault": "seller", "shipping_paid_by": "seller", "note": "We saw the photo."}
        decide(dispute, outcome=outcome, lines=lines, actor=self.owner, **(terms | more))


@pytest.fixture
def scene() -> Scene:
    scene = Scene(delivered_order())
    scene.news()
    return scene


def remind_of(step: str) -> None:
    Deadline.objects.open().filter(step=step).update(
        next_reminder_at=timezone.now(), reminders_at=[timezone.now()]
    )
    assert remind() == 1
    assert remind() == 0


def last_mail(template: str) -> Mail:
    return Mail.objects.filter(template=template).latest("pk")


def test_asking_calls_those_who_answer_and_reminds_them(scene):
    scene.ask()
    mails, lines = scene.news()
    assert mails == ["customer: return_requested", "manager: return_to_answer"]
    assert lines == ["manager: return_to_answer"]
    assert "Without an answer by" in last_mail("return_to_answer").text
    assert "25.00 EUR" in last_mail("return_requested").text
    remind_of("return.answer")
    mails, lines = scene.news()
    assert mails == ["manager: return_to_answer"]
    assert last_mail("return_to_answer").subject.startswith("Still to answer")


def test_silence_above_the_limit_calls_the_marketplace(scene):
    policy(silence_approves_up_to=100)
    scene.ask()
    scene.news()
    let_time_pass("return.answer")
    handle_passed()
    mails, lines = scene.news()
    assert (mails, lines) == (["owner: return_to_answer"], ["owner: return_to_answer"])
    assert "above what silence approves" in last_mail("return_to_answer").text


def test_silence_approves_and_both_sides_know(scene):
    scene.ask()
    scene.news()
    let_time_pass("return.answer")
    handle_passed()
    mails, lines = scene.news()
    assert (mails, lines) == (["customer: return_approved"], ["manager: return_approved"])
    assert "has not answered in time" in last_mail("return_approved").text


def test_from_the_label_to_the_money(scene):
    request = scene.ask(pay_to="store_credit")
    approve_items(request, actor=scene.manager)
    mails, lines = scene.news()
    assert "customer: return_approved" in mails
    assert "manager: return_approved" not in lines  # they did it themselves
    parcel = request.case.return_parcel
    told = last_mail("return_approved").text
    assert parcel.code in told
    assert "once the goods have been received" in told
    remind_of("return.send_goods")
    assert scene.news() == (["customer: return_send_near"], [])
    say_sent(parcel, actor=scene.customer, tracking_number="1Z", other_carrier="Bike")
    assert scene.news() == ([], ["manager: return_on_its_way", "packer: return_on_its_way"])
    remind_of("return.confirm_receipt")
    mails, lines = scene.news()
    assert mails == ["manager: return_to_confirm"]
    assert lines == ["manager: return_to_confirm", "packer: return_to_confirm"]
    entry = ReturnItem.objects.get(case=request.case_id)
    receive(
        parcel,
        units=[Received(entry.pk, "damaged", 2)],
        deductions=[Found(entry.pk, 300, "One is scratched.")],
        actor=scene.manager,
    )
    pay(request)
    mails, _lines = scene.news()
    assert mails == [
        "customer: return_deducted",
        "customer: return_received",
        "customer: return_refunded",
    ]
    kept = last_mail("return_deducted").text
    assert f"- {items_of(scene.order)[0].line.name}, −3.00 EUR: One is scratched." in kept
    assert "22.00 EUR" in last_mail("return_deducted").text
    assert "22.00 EUR more store credit" in last_mail("return_refunded").text


@pytest.mark.parametrize("seen", [False, True])
def test_the_marketplace_is_called_where_silence_does_not_pay(scene, seen):
    request = scene.ask()
    approve_items(request, actor=scene.manager)
    parcel = request.case.return_parcel
    say_sent(parcel, actor=scene.customer, tracking_number="1Z", other_carrier="Bike")
    if seen:
        entry = ReturnItem.objects.get(case=request.case_id)
        receive(parcel, units=[Received(entry.pk, "damaged", 2)], actor=scene.packer)
    scene.news()
    let_time_pass("return.confirm_receipt", action="escalate")
    handle_passed()

    assert scene.news() == (["owner: return_unconfirmed"], ["owner: return_unconfirmed"])
    said = "has received parcel" if seen else "has not said in time what came out"
    assert said in last_mail("return_unconfirmed").text


def test_goods_that_are_never_sent(scene):
    approve_items(scene.ask(), actor=scene.manager)
    scene.news()
    let_time_pass("return.send_goods")
    handle_passed()
    assert scene.news() == (["customer: return_never_came"], ["manager: return_never_came"])


def test_offers_and_what_becomes_of_them(scene):
    request = scene.ask()
    scene.news()
    item = items_of(scene.order)[0].pk
    offered = {"item_id": item, "amount": 800, "message": "Keep it?", "actor": scene.manager}
    offer = make_offer(request, **offered)
    assert scene.news() == (["customer: return_offer"], [])
    assert "8.00 EUR" in last_mail("return_offer").subject
    assert "“Keep it?”" in last_mail("return_offer").text
    remind_of("return.offer")
    assert scene.news() == (["customer: return_offer_near"], [])
    decline_offer(offer, actor=scene.customer)
    assert scene.news() == ([], ["manager: return_offer_answered"])
    make_offer(request, **offered)
    scene.news()
    let_time_pass("return.offer")
    handle_passed()
    assert scene.news() == (["customer: return_offer_over"], ["manager: return_offer_answered"])
    accept_offer(make_offer(request, **offered), actor=scene.customer)
    mails, lines = scene.news()
    assert mails == ["customer: return_approved"]  # the offer was taken before it was told
    assert lines == ["manager: return_offer_answered"]
    told = last_mail("return_approved").text
    assert "You keep these items, as agreed" in told
    assert "8.00 EUR now" in told
    assert "send them back" not in told
    assert Offer.objects.count() == 3


def test_taken_back(scene):
    withdraw_return(scene.ask(), actor=scene.customer)
    mails, lines = scene.news()
    assert "customer: return_withdrawn" in mails
    assert lines == ["manager: return_withdrawn"]  # there was nothing left to answer


def test_an_exchange_is_packed_anew(scene):
    policy(keep_goods_up_to=100_000)
    approve_items(scene.ask(wish="exchange"), actor=scene.manager)
    mails, lines = scene.news()
    assert {"customer: return_approved", "customer: return_replaced"} <= set(mails)
    assert {"manager: return_replaced", "packer: return_replaced"} <= set(lines)
    assert "The same is sent to you again." in last_mail("return_approved").text
    assert "EUR" not in last_mail("return_approved").text


def test_a_delivery_that_failed_is_told_as_that():
    policy(on_delivery_failed="open")
    fresh = make_order()
    failed(fresh)
    Customer.objects.filter(pk=fresh.customer_id).update(email="bo@example.com")
    deliver_all()
    told = Mail.objects.get(template="return_requested", to="bo@example.com")
    assert "could not be delivered" in told.text
    assert "keep everything" not in told.text


# -- Disputes -------------------------------------------------------------------------------


def test_a_dispute_from_the_rejection_to_the_last_decision(scene):
    request = scene.ask()
    scene.news()
    dispute = scene.reject(request)
    mails, lines = scene.news()
    assert mails == ["customer: return_rejected", "owner: return_dispute_opened"]
    assert lines == ["owner: return_dispute_opened"]
    told = last_mail("return_rejected").text
    assert "It is as described" in told
    assert "“It is what you ordered.”" in told
    assert "Tell your side by" in told
    remind_of("return.statement")
    assert scene.news() == (["customer: return_statement_near"], [])
    state_side(dispute, text="The handle is broken.", actor=scene.customer)
    mails, lines = scene.news()
    assert mails == ["manager: return_dispute_side", "owner: return_dispute_to_decide"]
    assert lines == ["manager: return_dispute_side", "owner: return_dispute_to_decide"]
    assert "“The handle is broken.”" in last_mail("return_dispute_side").text
    remind_of("return.decision")
    assert scene.news()[0] == ["owner: return_dispute_to_decide"]
    scene.decide(dispute, "partial", 500, internal_note="They always do this.")
    mails, lines = scene.news()
    assert mails == ["customer: return_dispute_decided", "manager: return_dispute_decided"]
    assert lines == ["manager: return_dispute_decided"]
    for mail in Mail.objects.filter(template="return_dispute_decided"):
        assert "Why: “We saw the photo.”" in mail.text
        name = items_of(scene.order)[0].line.name
        assert f"- 2 × {name}: 5.00 EUR\n  Rejected before: " in mail.text
        assert "always" not in mail.text + mail.html
        assert ("At fault: Seller" in mail.text) == (mail.to != "anna@example.com")
        assert ("appeal once, by" in mail.text) == (mail.to == "anna@example.com")
    appeal(Dispute.objects.get(), text="All of it, please.", actor=scene.customer)
    assert scene.news()[0] == ["manager: return_dispute_side", "owner: return_dispute_to_decide"]
    scene.decide(dispute, "none")
    mails, _lines = scene.news()
    assert mails == ["customer: return_dispute_decided", "manager: return_dispute_decided"]
    assert "stays with its decision" in last_mail("return_dispute_decided").text
    assert "This decision is final." in last_mail("return_dispute_decided").text


def test_a_silent_customer_and_a_late_marketplace(scene):
    scene.reject(scene.ask())
    scene.news()
    let_time_pass("return.statement")
    handle_passed()
    assert scene.news()[0] == ["owner: return_dispute_to_decide"]
    assert "has not told their side" in last_mail("return_dispute_to_decide").text
    let_time_pass("return.decision")
    handle_passed()
    assert scene.news()[0] == ["owner: return_dispute_to_decide"]
    assert last_mail("return_dispute_to_decide").subject.startswith("Overdue")


def test_the_shipping_company_is_written_to_without_anybodys_name(scene):
    company = ShippingCompany.objects.create(
        code="swift", name="Swift", contact_email="claims@swift.example"
    )
    option = DeliveryOption.objects.create(company=company, code="std", name="Standard")
    package = scene.order.packages.get()
    type(package).objects.filter(pk=package.pk).update(delivery_option=option)
    scene.reject(scene.ask())
    mails, _lines = scene.news()
    assert "claims@swift.example: return_dispute_carrier" in mails
    told = last_mail("return_dispute_carrier")
    assert "TRACK-1" in told.text
    assert "It is as described" in told.text
    assert "what you ordered" not in told.text + told.html
    customer = Customer.objects.get(pk=scene.order.customer_id)
    for word in (customer.first_name, customer.last_name, customer.email):
        assert not word or word not in told.text + told.html


# -- Messages, languages, whole -------------------------------------------------------------


@pytest.mark.parametrize(
    ("writer", "for_customer", "for_seller", "readers"),
    [
        ("customer", True, True, {"manager", "owner"}),
        ("customer", True, False, {"owner"}),
        ("manager", True, True, {"customer", "owner"}),
        ("manager", False, True, {"owner"}),
        ("owner", True, True, {"customer", "manager"}),
        ("owner", True, False, {"customer"}),
        ("owner", False, True, {"manager"}),
        ("owner", False, False, set()),
    ],
)
def test_messages_reach_those_they_are_for(scene, writer, for_customer, for_seller, readers):
    request = scene.ask()
    scene.news()
    actor: Actor = getattr(scene, writer)
    write_message(
        request.case,
        text="Is it still in its box?",
        for_customer=for_customer,
        for_seller=for_seller,
        actor=actor,
    )
    mails, lines = scene.news()
    assert {told.split(":")[0] for told in mails + lines} == readers
    assert len(mails) == len(readers - {"owner"})
    assert all("in its box?" in one.text for one in Mail.objects.filter(template="return_message"))


def test_in_the_readers_language_and_time(scene):
    Customer.objects.filter(pk=scene.order.customer_id).update(language="de")
    User.objects.filter(pk=scene.manager.user_id).update(language="pt-br")
    scene.ask()
    deliver_all()
    told = Mail.objects.filter(template__startswith="return_")
    languages = dict(told.values_list("template", "language"))
    assert languages == {"return_requested": "de", "return_to_answer": "pt-br"}


def test_a_past_that_is_imported_tells_nobody(scene):
    scene.ask().case.note("return.escalated", actor=IMPORTER, rule="escalated")
    mails, _lines = scene.news()
    assert "owner: return_to_answer" not in mails


def test_every_letter_has_both_forms_and_every_bell_its_line():
    mails = {path.stem for path in TEMPLATES.glob("emails/return_*.txt")}
    assert mails == {path.stem for path in TEMPLATES.glob("emails/return_*.html")}
    told = "".join(path.read_text() for path in (TEMPLATES.parent / "returns/telling").glob("*.py"))
    lines = {path.stem for path in TEMPLATES.glob("notifications/return_*.txt")}
    assert not [name for name in mails | lines if f'"{name}"' not in told]
