"""Words of sellers for templates: `{% load sellers %}`."""

from decimal import Decimal

from babel.numbers import format_percent
from django import template

from core.formats import reader_locale

register = template.Library()


@register.filter
def percent(rate: Decimal) -> str:
    """A share in the reader's notation: 0.125 is "12.5%" or "12,5 %"."""
    return format_percent(rate, "#,##0.###%", locale=reader_locale())
