"""Which ways of delivery are in use by packages that have not left yet, or must leave again."""

from django.db.models import Count

from packages.models import Package
from packages.policies import NOT_UNDER_WAY


def open_packages_by_option(seller_id: int | None = None) -> dict[int, int]:
    """{delivery option's id: open packages that have it}; of one seller, or of all.

    They keep it, and ship with it, also when it is no longer offered for new packages.
    """
    packages = Package.objects.filter(status__in=NOT_UNDER_WAY).exclude(delivery_option=None)
    if seller_id is not None:
        packages = packages.filter(seller=seller_id)
    counted = packages.order_by().values_list("delivery_option").annotate(packages=Count("pk"))
    return dict(counted)
