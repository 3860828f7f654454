"""How the Cancellation/Return Requests may be narrowed: the API's filters and a search."""

import django_filters
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cancellations.filters import CancellationFilter
from core.ways import found_by, those_that_find
from orders.models import Case, Customer
from orders.spelling import begins
from refunds.models import RefundPlan


class RequestTab(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    GOODS = "goods", _("Returned goods")
    DISPUTES = "disputes", _("Disputes")
    DECIDED = "decided", _("Decided")
    ALL = "all", _("All")


def in_tab(cases, tab: str):
    """The requests under a tab. Goods stay under theirs until the money that waited for them has
    been let go: somebody has to look at them."""
    match tab:
        case RequestTab.WAITING:
            return cases.open()
        case RequestTab.GOODS:
            under_way = ("awaited", "sent", "partly_received")
            return cases.filter(
                Q(return_parcel__status__in=under_way)
                | Q(return_parcel__status="received", pk__in=_money_waits())
            )
        case RequestTab.DISPUTES:
            return cases.filter(dispute__isnull=False).exclude(dispute__status="closed")
        case RequestTab.DECIDED:
            return cases.exclude(status=Case.Status.WAITING)
    return cases


def _money_waits():
    """The cases that have a plan that waits for goods."""
    plans = RefundPlan.objects.filter(
        status=RefundPlan.Status.APPROVED,
        payable_when=RefundPlan.PayableWhen.ON_RECEIPT,
        payable_at=None,
    )
    return plans.values("case")


class RequestFilter(CancellationFilter):
    search = django_filters.CharFilter(
        method="find", max_length=120, label=_("Request, order or customer")
    )
    kind = django_filters.ChoiceFilter(
        choices=Case.Kind.choices, label=_("Kind"), empty_label=_("Any")
    )
    seller = django_filters.CharFilter(method="by_seller", max_length=120, label=_("Seller"))

    class Meta(CancellationFilter.Meta):
        fields = [*CancellationFilter.Meta.fields, "kind"]

    def find(self, cases, _name, value):
        text = value.strip()
        ways = [cases.filter(begins(column, text)) for column in ("number", "order__number")]
        people = Customer.objects.exactly(text)
        found = those_that_find([*ways, people])
        numbered = [way for way in found if way is not people]
        if numbered:
            return found_by(cases, numbered)
        if people not in found:
            people = Customer.objects.alike(text)
        return cases.filter(order__customer__in=people.order_by().values("pk"))

    def by_seller(self, cases, _name, value):
        return cases.filter(Q(seller__code=value) | Q(seller__name__icontains=value))


class SellerRequestFilter(RequestFilter):
    """A seller's own requests: there is no seller to choose."""

    seller = None
