"""The panel that refund plans lend to the order pages."""

from django import template
from django.db.models import QuerySet
from django.urls import reverse

from core.actors import Actor, Role
from core.together import read_known
from core.web import form_key_input
from orders.models import Order
from refunds import policies
from refunds.models import RefundPlan
from refunds.operations import surplus_left
from refunds.presenters import PlanView

register = template.Library()


@register.inclusion_tag("refunds/_plans_panel.html", takes_context=True)
def refund_plans_panel(context, order):
    """`{% refund_plans_panel order %}`: the order's plans that the reader may see, newest first,
    with their arithmetic. A customer without any is shown nothing."""
    actor = context["request"].actor
    [plans] = read_known(_plans, actor=actor, order=order.pk)
    return {
        "surplus_url": _surplus_url(order, actor),
        "plans": [PlanView(plan, actor) for plan in plans],
        "for_customer": actor.role is Role.CUSTOMER,
        "form_key_input": form_key_input(),
        "csrf_token": context.get("csrf_token"),
    }


def _plans(actor: Actor, order: int) -> list[QuerySet[RefundPlan]]:
    plans = RefundPlan.objects.visible_to(actor).filter(order=order)
    return [plans.order_by("-pk").with_details(actor)]


def _surplus_url(order: Order, actor: Actor) -> str:
    """Where the reader may give back some of the order's surplus; empty where there is none."""
    if not order.surplus or policies.may_refund_surplus(actor) or surplus_left(order) <= 0:
        return ""
    return reverse("owner:surplus_refund_create", args=[order.number])
