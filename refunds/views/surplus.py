"""Giving back what was captured above an order's total: a page of the owner."""

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import formats
from core.errors import NotAllowed
from core.money import currency_exponent
from core.web import OperationFormView
from orders.models import Order
from refunds import policies
from refunds.forms import SurplusForm
from refunds.operations import refund_surplus, surplus_left


class SurplusRefund(OperationFormView):
    """How much is left of the surplus, and the form that gives some of it back."""

    form_class = SurplusForm
    template_name = "refunds/surplus_form.html"

    def dispatch(self, request, *args, **kwargs):
        refusal = policies.may_refund_surplus(request.actor)
        if isinstance(refusal, NotAllowed):
            raise PermissionDenied(str(refusal))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def order(self) -> Order:
        return self.scoped(Order, number=self.kwargs["number"])

    @cached_property
    def left(self) -> int:
        return surplus_left(self.order)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"currency": self.order.currency}

    def get_initial(self):
        exponent = currency_exponent(self.order.currency)
        return {"amount": Decimal(self.left).scaleb(-exponent)}

    def perform(self, data):
        return refund_surplus(order=self.order, **data, actor=self.request.actor)

    def get_success_message(self) -> str:
        plan = self.result
        return _("%(plan)s pays back %(amount)s.") % {
            "plan": plan.number,
            "amount": f"{formats.figure(plan.total, plan.currency)} {plan.currency}",
        }

    def get_success_url(self) -> str:
        return reverse("owner:refund_plan_detail", args=[self.result.number])

    def get_context_data(self, **kwargs):
        return super().get_context_data(order=self.order, left=self.left, **kwargs)
