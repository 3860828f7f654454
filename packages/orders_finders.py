"""Orders by what is known of their packages (`orders.elsewhere`)."""

from django.db.models import Q

from orders.elsewhere import DELIVERY_OPTION, TRACKING, finder
from orders.spelling import begins
from packages.models import Package
from sellers.models import DeliveryOption


@finder(TRACKING)
def tracked(text: str):
    # The index holds only packages that have a tracking number.
    return Package.objects.filter(~Q(tracking_number=""), begins("tracking_number", text))


@finder(DELIVERY_OPTION)
def sent_by(text: str):
    # Which options these are is asked first: how many packages have one decides how best to look.
    options = DeliveryOption.objects.filter(Q(code=text) | Q(name__icontains=text))
    ids = list(options.order_by().values_list("pk", flat=True))
    return Package.objects.shown().filter(delivery_option__in=ids)
