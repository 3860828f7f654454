"""What packages tell the pages about ways of delivery: `{% load package_usage %}`."""

from django import template

from packages import usage

register = template.Library()


@register.simple_tag(takes_context=True)
def open_packages_by_option(context) -> dict[int, int]:
    """`{% open_packages_by_option as in_use %}`: of the reader's seller; for the owner, of all."""
    return usage.open_packages_by_option(context["request"].actor.seller_id)


@register.filter
def packages_with(in_use: dict[int, int], option_id: int) -> int:
    """`{{ in_use|packages_with:option.pk }}`"""
    return in_use.get(option_id, 0)
