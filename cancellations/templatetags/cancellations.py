"""The panels that cancellations lend to the pages of orders."""

from collections.abc import Sequence
from datetime import timedelta

from django import template
from django.db.models import Q
from django.utils import timezone

from cancellations.models import CancellationItem
from cancellations.policies import rule_in_words as words_of
from cancellations.presenters import Cancellation
from core.actors import Role
from orders.models import Case, Order
from orders.querysets import HOLD_BACK_DAYS

register = template.Library()


@register.filter
def rule_in_words(rule: str) -> str:
    """The sentence behind a rule that an event or an item names."""
    return words_of(rule)


@register.filter
def minus(amount: int) -> int:
    """What is taken off, for an arithmetic."""
    return -amount


@register.inclusion_tag("cancellations/_panel.html", takes_context=True)
def cancellation_panel(context, cancellations: Sequence[Cancellation]):
    """`{% cancellation_panel asked.cancellations %}`: those of an order, for seller and owner."""
    request = context["request"]
    return {
        "cancellations": cancellations,
        "for_owner": request.actor.role is Role.OWNER,
        "request": request,
    }


@register.inclusion_tag("cancellations/_my_requests.html")
def my_requests(cancellations: Sequence[Cancellation]):
    """`{% my_requests asked.cancellations %}`: what the customer asked about an order."""
    return {"cancellations": cancellations}


@register.inclusion_tag("cancellations/_do_not_hand_over.html", takes_context=True)
def do_not_hand_over(context, order: Order):
    """`{% do_not_hand_over order %}`: what must not leave any more, and what somebody asked to
    hold back. A warning for those who pack; nothing once the cancellation is a week old."""
    actor = context["request"].actor
    status = CancellationItem.Status
    lately = timezone.now() - timedelta(days=HOLD_BACK_DAYS)
    entries = list(
        CancellationItem.objects.visible_to(actor)
        .filter(Q(status=status.WAITING) | Q(status=status.APPROVED, decided_at__gte=lately))
        .filter(case__order=order, case__imported=False)
        .exclude(case__origin=Case.Origin.SELLER)
        .select_related("case", "item__line", "reason")
        .order_by("pk")
    )
    return {
        "cancelled": [entry for entry in entries if entry.status == status.APPROVED],
        "waiting": [entry for entry in entries if entry.status == status.WAITING],
    }
