"""How lists of refund plans may be narrowed: one set of filters for API, pages and exports."""

from datetime import datetime

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.api.pagination import SinceFilter
from orders.filters import MomentFilter
from refunds.models import RefundPlan

Status = RefundPlan.Status


class Queue(models.TextChoices):
    """What waits for somebody of the marketplace."""

    STUCK = "stuck", _("Stuck")
    SECOND_APPROVAL = "second_approval", _("Second approval")
    OUTSIDE = "outside", _("To pay outside")


def in_queue(plans, queue: str, actor: Actor):
    """The plans that wait in this queue; none for those whose work it is not."""
    if actor.role is not Role.OWNER:
        return plans.none()
    match queue:
        case Queue.STUCK:
            return plans.stuck()
        case Queue.SECOND_APPROVAL:
            return plans.awaiting_second_person()
    return plans.to_pay_outside()


class RefundPlanFilter(SinceFilter):
    """`search`, `status`, `queue` and the rest may be combined."""

    search = django_filters.CharFilter(
        method="find", max_length=40, label=_("Plan or order number")
    )
    status = django_filters.MultipleChoiceFilter(
        choices=Status.choices, distinct=False, label=_("Status")
    )
    queue = django_filters.ChoiceFilter(
        choices=Queue, method="waiting_in", label=_("Waits for the marketplace")
    )
    type = django_filters.ChoiceFilter(
        choices=RefundPlan.Type.choices, label=_("Type"), empty_label=_("Any")
    )
    gateway = django_filters.ChoiceFilter(
        choices=[
            ("simulator", _("Payment provider")),
            ("external", _("Outside of this system")),
            ("store_credit", _("Store credit")),
        ],
        label=_("Paid by"),
        empty_label=_("Any"),
    )
    order = django_filters.CharFilter(method="of_order", max_length=40, label=_("Order number"))
    seller = django_filters.CharFilter(field_name="seller__code", max_length=120, label=_("Seller"))
    created_after = MomentFilter(method="after", label=_("Created from"))
    created_before = MomentFilter(method="before", whole_day=True, label=_("Created until"))

    def find(self, plans, _name, value: str):
        return plans.searched(value)

    def waiting_in(self, plans, _name, value: str):
        return in_queue(plans, value, self.request.actor)

    def of_order(self, plans, _name, value: str):
        return plans.of_order(value)

    def after(self, plans, _name, value: datetime):
        return plans.created_between(value, None)

    def before(self, plans, _name, value: datetime):
        return plans.created_between(None, value)
