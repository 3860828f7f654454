"""The panel that refund plans lend to the order pages."""

from django import template

from core.actors import Role
from core.web import form_key_input
from refunds.models import RefundPlan
from refunds.presenters import PlanView

register = template.Library()


@register.inclusion_tag("refunds/_plans_panel.html", takes_context=True)
def refund_plans_panel(context, order):
    """`{% refund_plans_panel order %}`: the order's plans that the reader may see, newest first,
    with their arithmetic. A customer without any is shown nothing."""
    actor = context["request"].actor
    plans = RefundPlan.objects.visible_to(actor).filter(order=order).order_by("-pk")
    return {
        "plans": [PlanView(plan, actor) for plan in plans.with_details(actor)],
        "for_customer": actor.role is Role.CUSTOMER,
        "form_key_input": form_key_input(),
        "csrf_token": context.get("csrf_token"),
    }
