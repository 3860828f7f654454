"""Orders by the reason of a return (`orders.elsewhere`)."""

from django.db.models import Q

from orders.elsewhere import REASON, finder
from orders.models import Case, Reason
from returns.models import ReturnItem


@finder(REASON)
def returned_because(text: str):
    # Which reasons these are is asked first: how common one is decides how best to look for it.
    reasons = Reason.objects.filter(Q(code=text) | Q(text__icontains=text))
    ids = list(reasons.order_by().values_list("pk", flat=True))
    items = ReturnItem.objects.filter(reason__in=ids)
    return Case.objects.filter(pk__in=items.order_by().values("case"))
