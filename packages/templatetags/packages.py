"""What packages lend to the order pages."""

from django import template

from core.actors import Role
from orders.models import OrderStatus
from packages.presenters import cards_of, last_change, packages_of

register = template.Library()
register.filter("last_change", last_change)


@register.inclusion_tag("packages/_panel.html", takes_context=True)
def packages_panel(context, order):
    """`{% packages_panel order %}`: the order's packages that the reader may see, for the console.
    The owner also sees whose they are."""
    actor = context["request"].actor
    return {
        "surface": context["request"].resolver_match.namespace,
        "order": order,
        "waits": _waits(context, order),
        "packages": packages_of(order, actor),
        "shows_seller": actor.role is not Role.SELLER,
    }


def _waits(context, order) -> bool:
    """Whether something of it waits to be packed, as the page has found out already."""
    detail = context.get("detail")
    return bool(detail and detail.units_by_status.get(OrderStatus.WAITING_PACKAGING))


@register.inclusion_tag("packages/_cards.html", takes_context=True)
def package_cards(context, order):
    """`{% package_cards order %}`: where the customer's things are, a card each."""
    return {"cards": cards_of(order, context["request"].actor)}
