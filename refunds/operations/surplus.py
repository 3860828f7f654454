"""What was captured above an order's total, given back by hand."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput
from core.numbers import new_number
from orders.models import Order
from orders.operations import lock_order
from refunds import policies
from refunds.gateway import current
from refunds.models import OrderSurplus, RefundPlan
from refunds.operations.plans import on_approval, write_parts

LONGEST_NOTE = 500


class SurplusNotLeft(DomainError):
    """That much of the order's surplus is not left; `allowed` says how much is."""

    code = "surplus_not_left"


def surplus_left(order: Order) -> int:
    """How much of the order's surplus no plan gives back yet, minor units."""
    return order.surplus - RefundPlan.objects.surplus_promised(order.pk)


@transaction.atomic
def refund_surplus(*, order: Order, amount: int, actor: Actor, note: str = "") -> RefundPlan:
    """Plan to give back `amount` minor units of what was captured above the order's total.

    The plan is approved and paid at once, unless the amount needs a second person; no seller is
    charged for it. Raises NotAllowed, InvalidInput, SurplusNotLeft, MoreThanCaptured.
    """
    if refusal := policies.may_refund_surplus(actor):
        raise refusal
    if amount <= 0:
        raise InvalidInput(_("An amount above zero."), field="amount")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(_("A note of at most 500 characters."), field="note")
    order = lock_order(order.pk)
    left = surplus_left(order)
    if amount > left:
        raise SurplusNotLeft(
            _("This much of the surplus is not left."), field="amount", allowed=[str(left)]
        )
    OrderSurplus.objects.get_or_create(pk=order.pk, defaults={"amount": order.surplus})
    plan = RefundPlan(
        number=new_number("RP"),
        type=RefundPlan.Type.SURPLUS,
        order=order,
        status=RefundPlan.Status.APPROVED,
        currency=order.currency,
        total=amount,
        gateway=current(),
        requested_by_id=actor.user_id,
    )
    for column, value in on_approval(plan, actor).items():
        setattr(plan, column, value)
    plan.save(force_insert=True)
    write_parts(plan)
    plan.begin(actor=actor, type=plan.type, total=amount, currency=plan.currency, note=note)
    return plan
