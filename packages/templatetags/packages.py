"""What packages lend to the order pages."""

from django import template

from core.actors import Role
from packages.presenters import cards_of, last_change, packages_of

register = template.Library()
register.filter("last_change", last_change)


@register.inclusion_tag("packages/_panel.html", takes_context=True)
def packages_panel(context, order):
    """`{% packages_panel order %}`: the order's packages that the reader may see, for the console.
    The owner also sees whose they are."""
    actor = context["request"].actor
    return {
        "packages": packages_of(order, actor),
        "shows_seller": actor.role is not Role.SELLER,
    }


@register.inclusion_tag("packages/_cards.html", takes_context=True)
def package_cards(context, order):
    """`{% package_cards order %}`: where the customer's things are, a card each."""
    return {"cards": cards_of(order, context["request"].actor)}
