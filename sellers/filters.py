import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.api.pagination import SinceFilter
from sellers.models import Seller


class SellerFilter(SinceFilter):
    """The same filters for the owner's list and for the API."""

    search = django_filters.CharFilter(method="by_words", label=_("Name, code or e-mail"))
    active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = Seller
        fields: tuple[str, ...] = ()  # only what is declared

    def by_words(self, sellers, name, words):
        return sellers.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(email__icontains=words)
        )
