"""What may be done next with the items of an order, as the API tells it.

The rules belong to the apps above, and each says its own: `cancellations.actions`,
`returns.actions`. They are asked in the order in which they were registered.
"""

from collections.abc import Callable, Collection

from orders.reading import WholeOrder

Rule = Callable[[WholeOrder], Collection[str]]
_RULES: dict[str, Rule] = {}


def item_action(action: str) -> Callable[[Rule], Rule]:
    """Register the rule that gives the numbers of the items which this order's reader may do
    `action` with now. Called in `ready()`; it should cost nothing where the answer is plain."""

    def register(rule: Rule) -> Rule:
        _RULES[action] = rule
        return rule

    return register


def actions_by_item(order: WholeOrder) -> dict[str, list[str]]:
    """{number of the item: what its reader may do with it}; nothing for those without any."""
    found: dict[str, list[str]] = {}
    for action, rule in _RULES.items():
        for number in rule(order):
            found.setdefault(number, []).append(action)
    return found


def known_actions() -> list[str]:
    return list(_RULES)
