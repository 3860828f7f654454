"""Run as a process of the product: one JSON line in names an act, one line out is its answer.

A database that restarts meanwhile is waited for.
"""

import json
import random
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import timedelta

import django

django.setup()

from django.db import OperationalError, connection  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.db.utils import InterfaceError  # noqa: E402
from django.utils import timezone  # noqa: E402

from core.accounts.models import StaffMember, User  # noqa: E402
from core.accounts.operations import create_token  # noqa: E402
from core.actors import SYSTEM, Actor, Rank, Role  # noqa: E402
from core.deadlines.models import Deadline  # noqa: E402
from core.events.models import Delivery, Event  # noqa: E402
from core.events.tasks import deliver  # noqa: E402
from core.notifications.models import Mail  # noqa: E402
from marketplace.invariants.check import check as broken_invariants  # noqa: E402
from orders.incoming import NewCustomer, NewLine, NewOrder, NewPayment  # noqa: E402
from orders.models import Case, Customer, Order  # noqa: E402
from orders.operations import place_orders  # noqa: E402
from refunds.models import RefundAttempt, RefundPart, RefundPlan  # noqa: E402
from refunds.operations import retry_plan  # noqa: E402
from refunds.tasks import execute, reconcile  # noqa: E402
from sellers.models import Seller  # noqa: E402
from tests.proofs import clocks, workbench  # noqa: E402

SHOPS = ("ada", "ben", "cleo")
PATIENCE = 60


def fill(*, orders: int, seed: int) -> dict:
    """A customer and the sellers, each with a token, and orders as `place` makes them."""
    sellers = {
        shop: _token(workbench.member_of(shop), "packages:write", "packages:read", "returns:write")
        for shop in SHOPS
    }
    return {
        "token": _token(_customer(), "cancellations:write", "returns:write"),
        "owner": _token(_owner(), "returns:write"),
        "sellers": sellers,
        "orders": place(orders=orders, seed=seed),
    }


def place(*, orders: int, seed: int, first: int = 0) -> list[dict]:
    """The customer's next orders of one to five units, some paid in two ways. What was placed
    already, when the database was lost meanwhile, is not placed again."""
    dice = random.Random(f"{seed}/{first}")
    batch = [_order(first + number, dice) for number in range(orders)]
    placed = []
    for start in range(0, orders, 100):
        placed += place_orders(batch[start : start + 100], actor=SYSTEM)
    Customer.objects.filter(user=None).update(user=_customer().user_id)
    shops = dict(Seller.objects.values_list("pk", "code"))
    return [
        {
            "number": one.order.number,
            "items": [[i.number, i.quantity, shops[i.seller_id]] for i in one.items],
        }
        for one in placed
    ]


def _customer() -> Actor:
    user, _created = User.objects.get_or_create(email="customer@proof.example")
    return Actor(Role.CUSTOMER, user_id=user.pk)


def _token(actor: Actor, *scopes: str) -> str:
    _row, secret = create_token(name="proof", scopes=scopes, actor=actor)
    return secret


def bench(*, packages: int, seed: int) -> list[str]:
    """So many packages, each with the units of an order of its own; their numbers."""
    dice = random.Random(seed)
    orders = [_order(number, dice, [workbench.SHOP], lines=1) for number in range(packages)]
    workbench.member_of(workbench.SHOP)
    return workbench.pack_orders(orders)


def _order(
    number: int, dice: random.Random, shops: Sequence[str] = SHOPS, *, lines: int = 0
) -> NewOrder:
    bought = tuple(
        NewLine(
            seller=dice.choice(shops),
            sku=f"SKU-{number}-{position}",
            name=f"Mug {position}",
            quantity=dice.randint(1, 5),
            unit_price=dice.randint(1, 9999),
            shipping=dice.randint(0, 999),
        )
        for position in range(lines or dice.randint(1, 2))
    )
    total = sum(line.total for line in bought)
    voucher = dice.randint(1, total - 1) if total > 1 and dice.random() < 0.4 else 0
    paid = [("credit_card", total - voucher), ("voucher", voucher)]
    return NewOrder(
        number=f"PROOF-{number}",
        channel="web",
        placed_at=timezone.now(),
        currency="EUR",
        customer=NewCustomer(
            external_id=f"c-{number}", first_name="Marta", email=f"c{number}@example.com"
        ),
        lines=bought,
        payments=tuple(
            NewPayment(method=method, amount=amount, reference=f"PROOF-{number}/{method}")
            for method, amount in paid
            if amount
        ),
        shipping_address={"city": "Porto", "country": "PT"},
        digest=str(number),
    )


def _owner() -> Actor:
    user, _created = User.objects.get_or_create(email="owner@proof.example")
    StaffMember.objects.get_or_create(user=user, defaults={"rank": Rank.ADMIN})
    return Actor(Role.OWNER, user_id=user.pk, rank=Rank.ADMIN)


def standing() -> dict[str, int]:
    """How much of each kind is still under way, or has ended badly; all 0 is drained."""
    status = RefundPlan.Status
    ended = (status.COMPLETED, status.VOID)
    return {
        "plans": RefundPlan.objects.exclude(status__in=(*ended, status.FAILED)).count(),
        "failed": RefundPlan.objects.filter(status=status.FAILED).count(),
        "attempts": RefundAttempt.objects.undecided().count(),
        "cases": Case.objects.filter(status__in=["waiting", "approved"]).count(),
        "deadlines": Deadline.objects.passed().count(),
        "deliveries": Delivery.objects.filter(handled_at=None).count(),
        "mails": Mail.objects.filter(sent_at=None).count(),
    }


def owed() -> int:
    """How many have not been told yet of what has happened."""
    return Delivery.objects.filter(handled_at=None).count()


def let_pass(*, order: str, step: str) -> None:
    """The time of this step is over. Said twice, where the first answer was lost, it is over once:
    it was acted on meanwhile, or is due still."""
    past = timezone.now() - timedelta(seconds=1)
    ours = Deadline.objects.filter(order_id=Order.objects.get(number=order).pk, step=step)
    if not ours.exists():
        raise ValueError(f"No time runs for {step} of {order}.")
    ours.open().update(
        started_at=past, due_at=past, next_attempt_at=past, reminders_at=[], next_reminder_at=None
    )


def retry() -> int:
    """What a person does about definitive refusals; returns how many plans are tried again."""
    failed = list(RefundPlan.objects.filter(status=RefundPlan.Status.FAILED, payable_at=None))
    for plan in failed:
        retry_plan(plan, actor=_owner())
    return len(failed)


def ring_twice() -> int:
    """Every task about the latest plans, attempts and deliveries again, twice each."""
    rings = [
        (execute, "plan_id", RefundPlan),
        (reconcile, "attempt_id", RefundAttempt),
        (deliver, "delivery_id", Delivery),
    ]
    count = 0
    for task, name, model in rings:
        for pk in model.objects.order_by("-pk").values_list("pk", flat=True)[:10]:
            for _time in range(2):
                task.apply_async(kwargs={name: pk}, retry=False)
                count += 1
    return count


def check() -> list[str]:
    return [str(violation) for violation in broken_invariants()]


def books() -> dict:
    """What we believe: every part with its keys, every case, every mail, every step whose time was
    over, and what each return has paid."""
    parts = RefundPart.objects.exclude(plan__status="void").order_by("pk")
    attempts = RefundAttempt.objects.order_by("pk")
    plans = RefundPlan.objects.order_by("pk")
    paid = plans.filter(status="completed", case__kind="return").order_by()
    passed = Event.objects.filter(type="deadline.passed").order_by("pk")
    orders = dict(Order.objects.values_list("pk", "number"))
    return {
        "cases": list(Case.objects.order_by("pk").values_list("kind", "status")),
        "plans": list(plans.values_list("case__kind", "status")),
        "parts": list(parts.values_list("pk", "amount")),
        "attempts": [
            [part, str(key), status]
            for part, key, status in attempts.values_list("part", "idempotency_key", "status")
        ],
        "returns": dict(paid.values_list("case__number").annotate(paid=Sum("total"))),
        "passed": [[orders[event.order_id], event.data["step"]] for event in passed],
        "mails": list(Mail.objects.values_list("message_id", "template", "order_id")),
        "given_up": Delivery.objects.exclude(dead_at=None).count()
        + Mail.objects.exclude(dead_at=None).count(),
    }


OF_ORDERS = (fill, place, standing, owed, let_pass, retry, ring_twice, check, books)
OF_PACKAGES = (bench, workbench.ship_all, workbench.job, workbench.shipments)
ACTS = {act.__name__: act for act in (*OF_ORDERS, *OF_PACKAGES, *clocks.OF_TIME)}


def answer(line: str) -> dict:
    asked = json.loads(line)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return {"answer": ACTS[asked["act"]](**asked["given"])}
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                return {"error": traceback.format_exc()}
            time.sleep(0.5)
        except Exception:
            return {"error": traceback.format_exc()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)
