"""What is chosen to be cancelled: checked as a whole, then taken, grouped by seller."""

from functools import partial

from orders.models import Case
from orders.operations.selecting import Chosen, Rule, Selection, refuse
from orders.operations.selecting import choose as choose_of

__all__ = ["Chosen", "Rule", "Selection", "choose", "refuse"]

choose = partial(choose_of, kind=Case.Kind.CANCEL)
