"""The returns desk: a delivered order in some state of its return, and what is done to it."""

from datetime import timedelta

from django.utils import timezone

from cancellations.operations import Selection, request_cancellation
from core.deadlines.models import Deadline
from finance.credit import store_credit_of
from orders.models import OrderItem
from packages.operations import deliver_package, fail_delivery, ship_package, start_packaging
from refunds.operations import execute_plan
from returns.models import Dispute, Offer, ReturnItem, ReturnParcel, ReturnRequest
from returns.operations import (
    Found,
    Received,
    ReturnSelection,
    accept_offer,
    appeal,
    approve_items,
    decide,
    decline_offer,
    deduct,
    make_offer,
    receive,
    reject_items,
    request_return,
    say_sent,
    state_side,
    withdraw_offer,
    withdraw_return,
)
from tests.factories import line, make_order
from tests.proofs.scenes import CARRIER, People, Scene

AGO = timedelta(hours=1)


class Desk(Scene):
    """`item` is what is returned; one request about it, perhaps, and all that follows from it."""

    @property
    def returned(self) -> ReturnRequest:
        return ReturnRequest.objects.filter(case__order=self.order).earliest("pk")

    @property
    def entry(self) -> ReturnItem:
        return self.returned.items.earliest("pk")

    @property
    def offer(self) -> Offer:
        return Offer.objects.get(order=self.order)

    @property
    def parcel(self) -> ReturnParcel:
        return ReturnParcel.objects.get(order=self.order)

    @property
    def dispute(self) -> Dispute:
        return Dispute.objects.get(order=self.order)

    def standing(self) -> str:
        """items/cases/plans, then the offer, the goods and the dispute, where there are any."""
        words = [super().standing()]
        for name, model in (("offer", Offer), ("goods", ReturnParcel), ("dispute", Dispute)):
            rows = model.objects.filter(order=self.order)
            words += [f"{name} {status}" for status in rows.values_list("status", flat=True)]
        return ", ".join(words)

    def selections(self, units: int | None = None) -> list[ReturnSelection]:
        return [ReturnSelection(self.item.pk, units or self.item.quantity, "not_as_described")]

    def time_is_over(self) -> None:
        """Of every step of the return that runs; what its rows say is still to come, so that
        somebody can just make it."""
        past = timezone.now() - AGO
        running = Deadline.objects.open().filter(order_id=self.order.pk, step__startswith="return.")
        assert running.update(started_at=past, due_at=past, next_attempt_at=past) == 1


# -- How it stands when two meet --------------------------------------------------------------


def shipped(people: People, units: int = 1) -> Desk:
    scene = Desk(people, units=units)
    scene.package = start_packaging(order=scene.order, items=[scene.item], actor=people.seller)
    ship_package(package=scene.package, actor=people.seller)
    return scene


def not_handed_over(people: People) -> Desk:
    scene = shipped(people)
    fail_delivery(package=scene.package, actor=CARRIER)
    return scene


def delivered(people: People, units: int = 1) -> Desk:
    scene = shipped(people, units)
    deliver_package(package=scene.package, actor=people.seller)
    return scene


def delivered_three(people: People) -> Desk:
    return delivered(people, units=3)


def asked(people: People, **wishes: str) -> Desk:
    scene = delivered(people)
    request_return(
        order=scene.order, selections=scene.selections(), actor=people.customer, **wishes
    )
    return scene


def silent(people: People) -> Desk:
    """Asked, and nobody has answered in time."""
    scene = asked(people)
    scene.time_is_over()
    return scene


def offered(people: People) -> Desk:
    scene = asked(people)
    offer(scene)
    return scene


def offered_long_ago(people: People) -> Desk:
    scene = offered(people)
    scene.time_is_over()
    return scene


def kept(people: People) -> Desk:
    """An offer was taken, which is due."""
    scene = offered(people)
    accept(scene)
    return scene


def awaited(people: People, **wishes: str) -> Desk:
    """Approved; the goods are to come."""
    scene = asked(people, **wishes)
    approve(scene)
    return scene


def never_sent(people: People) -> Desk:
    """Awaited for longer than there was time."""
    scene = awaited(people)
    scene.time_is_over()
    return scene


def damaged(people: People) -> Desk:
    """Received, and not as it was sold: the money waits for what the seller says."""
    scene = awaited(people)
    _receive(scene, "damaged")
    return scene


def damaged_long_ago(people: People) -> Desk:
    scene = damaged(people)
    scene.time_is_over()
    return scene


def rejected(people: People) -> Desk:
    """The customer may tell their side."""
    scene = asked(people)
    reject(scene)
    return scene


def stated(people: People) -> Desk:
    """The marketplace is to decide."""
    scene = rejected(people)
    state(scene)
    return scene


def decided(people: People) -> Desk:
    """Nothing is paid, and the time to appeal is over for beat."""
    scene = stated(people)
    decide_none(scene)
    scene.time_is_over()
    return scene


def exchanged(people: People) -> Desk:
    """What is sent anew waits to be packed."""
    scene = awaited(people, wish="exchange")
    _receive(scene, "ok")
    scene.item = OrderItem.objects.get(order=scene.order, replaces__isnull=False)
    return scene


def credited(people: People) -> Desk:
    """The money is due as store credit; what there was before is spent."""
    scene = awaited(people, pay_to="store_credit")
    _receive(scene, "ok")
    left = store_credit_of(scene.order.customer_id).get("EUR", 0)
    if left:
        _spend(scene, left, "before")
    return scene


# -- What people do to it ---------------------------------------------------------------------


def ask(scene: Desk) -> object:
    return request_return(
        order=scene.order, selections=scene.selections(), actor=scene.people.customer
    )


def ask_for_two(scene: Desk) -> object:
    return request_return(
        order=scene.order, selections=scene.selections(2), actor=scene.people.customer
    )


def owner_asks(scene: Desk) -> object:
    return request_return(
        order=scene.order, selections=scene.selections(), actor=scene.people.owner
    )


def approve(scene: Desk) -> object:
    return approve_items(scene.returned, actor=scene.people.seller)


def reject(scene: Desk) -> object:
    return reject_items(
        scene.returned,
        actor=scene.people.seller,
        reason_code="as_described",
        message="It is as we described it.",
    )


def withdraw(scene: Desk) -> object:
    return withdraw_return(scene.returned, actor=scene.people.customer)


def offer(scene: Desk) -> object:
    return make_offer(scene.returned, item_id=scene.item.pk, amount=300, actor=scene.people.seller)


def accept(scene: Desk) -> object:
    return accept_offer(scene.offer, actor=scene.people.customer)


def decline(scene: Desk) -> object:
    return decline_offer(scene.offer, actor=scene.people.customer)


def take_offer_back(scene: Desk) -> object:
    return withdraw_offer(scene.offer, actor=scene.people.seller)


def send(scene: Desk) -> object:
    return say_sent(
        scene.parcel,
        actor=scene.people.customer,
        tracking_number="BACK-1",
        other_carrier="Uncle Jo",
    )


def _receive(scene: Desk, condition: str) -> object:
    units = [Received(scene.entry.pk, condition, scene.item.quantity)]
    return receive(scene.parcel, units=units, actor=scene.people.seller)


def receive_it(scene: Desk) -> object:
    return _receive(scene, "ok")


def keep_some(scene: Desk) -> object:
    found = [Found(scene.entry.pk, 100, "It is scratched.")]
    return deduct(scene.parcel, deductions=found, actor=scene.people.seller)


def state(scene: Desk) -> object:
    return state_side(scene.dispute, text="It does not work.", actor=scene.people.customer)


def _decide(scene: Desk, outcome: str) -> object:
    return decide(
        scene.dispute,
        outcome=outcome,
        fault="seller",
        shipping_paid_by="seller",
        note="We have looked at it.",
        actor=scene.people.owner,
    )


def decide_full(scene: Desk) -> object:
    return _decide(scene, "full")


def decide_none(scene: Desk) -> object:
    return _decide(scene, "none")


def appeal_it(scene: Desk) -> object:
    return appeal(scene.dispute, text="Look at the photo.", actor=scene.people.customer)


def ship_again(scene: Desk) -> object:
    return ship_package(package=scene.package, actor=scene.people.seller)


def deliver(scene: Desk) -> object:
    return deliver_package(package=scene.package, actor=CARRIER)


def pack_anew(scene: Desk) -> object:
    return start_packaging(order=scene.order, items=[scene.item], actor=scene.people.seller)


def cancel_anew(scene: Desk) -> object:
    chosen = [Selection(scene.item.pk, scene.item.quantity, "changed_mind")]
    return request_cancellation(order=scene.order, selections=chosen, actor=scene.people.customer)


def pay(scene: Desk) -> object:
    return execute_plan(plan_id=scene.plan.pk)


def spend(scene: Desk) -> object:
    return _spend(scene, 600, "next")


def _spend(scene: Desk, amount: int, name: str) -> object:
    return make_order(
        lines=[line(scene.people.shop, 1, amount)],
        payments=[("store_credit", amount)],
        number=f"{scene.order.number}-{name}",
        customer=scene.order.customer.external_id,
    )
