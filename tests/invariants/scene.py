"""A small marketplace in which every invariant holds and every kind of row exists.

ARRIVED   imported, delivered          ENDED    imported, cancelled: card and voucher paid back
PACKED    2 of 3 units and another line packed by a member of the seller
ASKED     a cancellation waits for its evaluation
APPROVED  1 of 3 units cancelled and approved, its plan payable; more was captured than the total
REFUNDED  one of two packed lines cancelled and paid back
RETURNED  2 units came back damaged; part of their money was kept, the rest is store credit
EXCHANGED 2 units of one line and another line came back, and were sent anew
AWAITED   an approved return whose goods are waited for
OFFERED   a return of two items that waits; one may be kept for a part of its price
DISPUTED  a return that its seller rejected
"""

from contextlib import contextmanager
from unittest import mock

from core.actors import IMPORTER, SYSTEM
from marketplace.intake.past import place_with_past
from packages.operations import start_packaging
from refunds.gateway import Outcome, Result
from refunds.models import RefundPlan
from refunds.operations import execute_plan
from returns.goods_policies import Received
from returns.operations import Found, make_offer, receive, reject_items
from tests.cancellations.acts import ask, cancel, select
from tests.factories import items_of, line, make_customer, make_member, make_order, make_seller
from tests.orders.given import item, new_order
from tests.returns.acts import asked
from tests.returns.goods import approved_return, delivered, entry_ids


def build() -> None:
    seller = make_seller("s-1")
    make_seller("s-2")
    _imported()
    order = make_order(
        number="PACKED", sellers=[seller], lines=[line(quantity=3, unit_price=333), line()]
    )
    first, second = items_of(order)
    start_packaging(
        order=order, items=[first, second], units={first.pk: 2}, actor=make_member(seller)
    )
    asked = make_order(number="ASKED", sellers=[seller])
    ask(asked, make_customer(asked), select(items_of(asked)[0]))
    approved = make_order(
        number="APPROVED",
        sellers=[seller],
        lines=[line(quantity=3)],
        payments=[("credit_card", 3100)],
    )
    cancel(approved, make_customer(approved), select(items_of(approved)[0], 1))
    _refunded(seller)
    _returned(seller)


def _imported() -> None:
    shipped = {"event": "shipped", "at": "2026-03-04T12:00:00Z"}
    delivered = {"event": "delivered", "at": "2026-03-06T12:00:00Z"}
    cancelled = {"event": "cancelled", "at": None, "by": "customer", "reason": "unknown"}
    payments = [{"method": "credit_card", "amount": 1500}, {"method": "voucher", "amount": 500}]
    place_with_past(
        [
            new_order(number="ARRIVED", items=[item()], history=[shipped, delivered]),
            new_order(number="ENDED", items=[item()], payments=payments, history=[cancelled]),
        ],
        actor=IMPORTER,
    )


def _refunded(seller) -> None:
    order = make_order(number="REFUNDED", sellers=[seller], lines=[line(), line()])
    start_packaging(order=order, items=items_of(order), actor=SYSTEM)
    cancel(order, make_customer(order), select(items_of(order)[0]))
    with _a_provider_that_pays():
        execute_plan(plan_id=RefundPlan.objects.get(order=order).pk)


def _returned(seller) -> None:
    order = delivered(make_order(number="RETURNED", sellers=[seller], lines=[line(quantity=2)]))
    parcel = approved_return(order, pay_to="store_credit")
    [entry] = entry_ids(parcel)
    damaged = [Received(entry, "damaged", 2)]
    receive(parcel, units=damaged, actor=SYSTEM, deductions=[Found(entry, 300, "Scratched")])
    execute_plan(plan_id=RefundPlan.objects.get(order=order).pk)
    lines = [line(quantity=1), line(quantity=2)]
    order = delivered(make_order(number="EXCHANGED", sellers=[seller], lines=lines))
    parcel = approved_return(order, wish="exchange")
    units = [Received(entry, "ok", n) for n, entry in enumerate(entry_ids(parcel), start=1)]
    receive(parcel, units=units, actor=SYSTEM)
    approved_return(delivered(make_order(number="AWAITED", sellers=[seller])))
    _answered(seller)


def _answered(seller) -> None:
    manager = make_member(seller)
    order = delivered(make_order(number="OFFERED", sellers=[seller], lines=[line(), line()]))
    make_offer(asked(order), item_id=items_of(order)[0].pk, amount=500, actor=manager)
    order = delivered(make_order(number="DISPUTED", sellers=[seller]))
    reject_items(asked(order), actor=manager, reason_code="as_described", message="It is.")


@contextmanager
def _a_provider_that_pays():
    paid = Outcome(Result.SUCCEEDED, reference="paid-1")
    with mock.patch("refunds.operations.execution.call_provider", return_value=paid):
        yield
