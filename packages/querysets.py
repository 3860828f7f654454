from core.scoping import ScopedQuerySet


class PackageQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "order__customer__user"
    SELLER_PATH = "seller"

    def shown(self):
        """Cancelled packages no longer show on the Packages pages (seed 004)."""
        return self.exclude(status=self.model.Status.CANCELLED)


class PackageItemQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "package__order__customer__user"
    SELLER_PATH = "package__seller"

    def inside(self):
        return self.filter(removed_at=None)


class CarrierReportQuerySet(ScopedQuerySet):
    CUSTOMER_PATH = "package__order__customer__user"
    SELLER_PATH = "package__seller"
