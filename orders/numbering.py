"""Order numbers as people say them: where all begin with the same letters, without these."""

import re

from django.core.cache import cache

LETTERS = re.compile(r"\D{1,12}(?=\d)")
KEPT_SECONDS = 300
KEY = "order-number-letters"


def in_full(digits: str) -> str:
    """“204811” as the newest order is numbered: “FH-204811”. Empty for what is not digits alone,
    and where numbers begin with a digit. One question, answered anew after five minutes."""
    if not digits.isdecimal():
        return ""
    letters = cache.get_or_set(KEY, _letters_of_newest, KEPT_SECONDS)
    return f"{letters}{digits}" if letters else ""


def _letters_of_newest() -> str:
    from orders.models import Order
    from orders.querysets import LIST_ORDER

    newest = Order.objects.order_by(*LIST_ORDER).values_list("number", flat=True).first()
    letters = LETTERS.match(newest or "")
    return letters[0] if letters else ""
