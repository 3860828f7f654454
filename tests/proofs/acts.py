"""What people, workers and providers do to a scene; each is one call of one operation."""

from collections.abc import Callable

from cancellations.operations import (
    approve_items,
    evaluate_cancellation,
    overrule,
    reject_items,
    reject_request_items,
    request_cancellation,
    withdraw_cancellation,
)
from core.accounts.operations import authenticate_token, revoke_token
from core.deadlines.operations import handle_passed
from orders.models import Case
from orders.operations import place_order
from packages.operations import (
    deliver_package,
    fail_delivery,
    mark_ready,
    ship_package,
    start_packaging,
)
from refunds.gateway import Outcome, Result
from refunds.models import RefundAttempt
from refunds.operations import (
    approve_plan,
    drop_lines,
    execute_plan,
    reconcile_attempt,
    retry_plan,
    void_plan,
)
from refunds.operations.settling import settle_attempt
from tests.orders.given import item, new_order
from tests.proofs.scenes import CARRIER, Scene

Act = Callable[[Scene], object]


# -- Asking, rejecting, answering -------------------------------------------------------------


def ask(scene: Scene) -> object:
    return request_cancellation(
        order=scene.order, selections=scene.choice(), actor=scene.people.customer
    )


def ask_for_one(scene: Scene) -> object:
    return request_cancellation(
        order=scene.order, selections=scene.choice(1), actor=scene.people.customer
    )


def ask_for_two(scene: Scene) -> object:
    return request_cancellation(
        order=scene.order, selections=scene.choice(2), actor=scene.people.customer
    )


def owner_cancels(scene: Scene) -> object:
    return request_cancellation(
        order=scene.order, selections=scene.choice(), actor=scene.people.owner
    )


def seller_rejects(scene: Scene) -> object:
    chosen = scene.choice(reason="out_of_stock")
    return reject_items(order=scene.order, selections=chosen, actor=scene.people.seller)


def owner_rejects(scene: Scene) -> object:
    chosen = scene.choice(reason="out_of_stock")
    return reject_items(order=scene.order, selections=chosen, actor=scene.people.owner)


def evaluate(scene: Scene) -> object:
    return evaluate_cancellation(request_id=scene.request.pk)


def seller_says_yes(scene: Scene) -> object:
    return approve_items(scene.request, actor=scene.people.seller)


def seller_says_no(scene: Scene) -> object:
    return reject_request_items(
        scene.request, actor=scene.people.seller, reason_note="It is on its way."
    )


def owner_says_no(scene: Scene) -> object:
    return reject_request_items(
        scene.request, actor=scene.people.owner, reason_note="It is on its way."
    )


def withdraw(scene: Scene) -> object:
    return withdraw_cancellation(scene.request, actor=scene.people.customer)


def owner_overrules(scene: Scene) -> object:
    note, to = "The customer is right.", Case.Status.APPROVED
    return overrule(scene.request, actor=scene.people.owner, to=to, note=note)


def silence(_scene: Scene) -> object:
    """Beat: what has passed is acted on."""
    return handle_passed()


# -- Packing and sending ----------------------------------------------------------------------


def pack(scene: Scene) -> object:
    return start_packaging(order=scene.order, items=[scene.item], actor=scene.people.seller)


def pack_two(scene: Scene) -> object:
    units = {scene.item.pk: 2}
    return start_packaging(
        order=scene.order, items=[scene.item], units=units, actor=scene.people.seller
    )


def make_ready(scene: Scene) -> object:
    return mark_ready(package=scene.package, actor=scene.people.seller)


def ship(scene: Scene) -> object:
    return ship_package(package=scene.package, actor=scene.people.seller)


def ship_anyway(scene: Scene) -> object:
    return ship_package(package=scene.package, actor=scene.people.seller, anyway=True)


def deliver(scene: Scene) -> object:
    return deliver_package(package=scene.package, actor=scene.people.seller)


def carrier_delivers(scene: Scene) -> object:
    return deliver_package(package=scene.package, actor=CARRIER)


def carrier_fails(scene: Scene) -> object:
    return fail_delivery(package=scene.package, actor=CARRIER)


# -- Paying -----------------------------------------------------------------------------------


def execute(scene: Scene) -> object:
    return execute_plan(plan_id=scene.plan.pk)


def _attempts(scene: Scene) -> list[RefundAttempt]:
    return list(RefundAttempt.objects.filter(part__order=scene.order).order_by("pk"))


def reconcile_all(scene: Scene) -> object:
    return [reconcile_attempt(attempt_id=attempt.pk) for attempt in _attempts(scene)]


def late_answers(scene: Scene) -> object:
    """The provider's answers come after all, while somebody asks for them."""
    for attempt in _attempts(scene):
        reference = f"here-{attempt.idempotency_key}"
        outcome = Outcome(Result.SUCCEEDED, reference=reference)
        settle_attempt(attempt_id=attempt.pk, outcome=outcome)
    return None


def retry(scene: Scene) -> object:
    return retry_plan(scene.plan, actor=scene.people.owner)


def let_plan_be_paid(scene: Scene) -> object:
    return approve_plan(scene.plan, actor=scene.people.owner)


def let_plan_be_void(scene: Scene) -> object:
    return void_plan(scene.plan, actor=scene.people.owner)


def drop_its_line(scene: Scene) -> object:
    return drop_lines(scene.plan, [scene.item.pk], actor=scene.people.owner)


# -- Coming in --------------------------------------------------------------------------------


def place_again(scene: Scene) -> object:
    return _place(scene, units=1)


def place_differently(scene: Scene) -> object:
    return _place(scene, units=2)


def _place(scene: Scene, units: int) -> object:
    new = new_order(
        number=f"{scene.order.number}-next",
        items=[item(quantity=units, unit_price=1000, seller=scene.people.shop.code)],
        payments=[{"method": "card", "amount": 1000 * units}],
    )
    return place_order(new, actor=scene.people.owner)


def revoke(scene: Scene) -> object:
    return revoke_token(scene.token, actor=scene.people.owner)


def call_with_token(scene: Scene) -> object:
    return authenticate_token(scene.secret)
