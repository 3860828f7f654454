"""Everything that a list shows, to do something to all of it: packages, or orders to pack."""

from django.http import QueryDict

from core.actors import Actor, Role
from core.exports.sources import narrowed
from orders.matching import MOST, TooMany, numbers_matching
from orders.models import SellerOrder
from packages.filters import SellerToPackFilter, ToPackFilter
from packages.tabs import Listing

ORDER_LIST, TO_PACK = "order_list", "package_to_pack"
# The lists that can be acted on as a whole: their page, and which packages they are about.
PACKAGE_LISTS = {
    "package_list": Listing.ALL,
    "package_preparing": Listing.PREPARING,
    "package_shipped": Listing.SHIPPED,
}
LISTS = frozenset({ORDER_LIST, TO_PACK, *PACKAGE_LISTS})


def numbers_shown(page: str, query: str, *, actor: Actor) -> list[str]:
    """The numbers of all that this list's page shows the actor at this address now: of packages,
    or of orders where the list is one of orders. Raises FiltersNotValid and TooMany."""
    if page == TO_PACK:
        return _orders_to_pack(query, actor)
    if page == ORDER_LIST:
        return numbers_matching("orders", query, actor=actor)
    asked = QueryDict(query, mutable=True)
    asked["listing"] = PACKAGE_LISTS[page]
    return numbers_matching("packages", asked.urlencode(), actor=actor)


def _orders_to_pack(query: str, actor: Actor) -> list[str]:
    waiting = SellerOrder.objects.visible_to(actor).in_status("waiting_packaging")
    filters = SellerToPackFilter if actor.role is Role.SELLER else ToPackFilter
    rows = narrowed(filters, waiting, QueryDict(query)).order_by("ship_by", "id")
    numbers = list(rows.values_list("order__number", flat=True)[: MOST + 1])
    if len(numbers) > MOST:
        raise TooMany
    return list(dict.fromkeys(numbers))  # an order of two sellers is two rows of the owner's
