"""Which items of an order may be returned now, told with every order that a program reads.

`operations.eligibility` is the same with all its grounds. Most orders never had a return: what is
known of an item is then its status and when it arrived, which one small statement answers.
"""

from collections.abc import Iterable, Iterator

from django.utils import timezone

from core.deadlines.defaults import DEFAULTS
from core.deadlines.schedule import Schedule, schedule_of, scheduled
from core.statements import columns_of, fetched, row_from
from orders.actions import item_action
from orders.models import Case, Order, OrderItem
from orders.reading import WholeOrder
from returns import policies
from returns.defaults import WINDOW_STEP
from returns.models import ReturnPolicy
from returns.operations.selecting import eligibility
from returns.policies import Grounds
from returns.rules import Policies


@item_action("return")
def returnable(order: WholeOrder) -> list[str]:
    """The numbers of the items that the order's reader may return; sellers answer, they do not
    ask."""
    with_customer = [
        item["number"]
        for item in order.items
        if item["status"] in policies.RETURNABLE and item["open_case_id"] is None
    ]
    if not with_customer or policies.may_request(order.actor):
        return []
    if any(case["kind"] == Case.Kind.RETURN for case in order.requests):
        # As much of the order as is asked for; it was read a moment ago.
        known = Order(pk=order.pk, currency=order.currency)
        found = eligibility(known, order.actor)
        return [one.item.number for one in found if one.refusal is None]
    return list(_first_returns(order, with_customer))


def _first_returns(order: WholeOrder, numbers: Iterable[str]) -> Iterator[str]:
    rows = fetched(_ARRIVED, [order.pk, list(numbers)])
    book = _policies_of({seller_id for _number, _status, seller_id, *_rest in rows})
    now = timezone.now()
    for number, status, seller_id, category, zone, arrived in rows:
        rules = book.rules_for(seller_id, category, order.currency)
        grounds = Grounds(rules=rules, window=policies.window_of(rules, arrived, zone))
        if policies.may_return(OrderItem(status=status), grounds, order.actor, now) is None:
            yield number


# `operations.selecting._arrivals`, by hand.
_ARRIVED = """
    SELECT item.number, item.status, item.seller_id, line.category, seller.time_zone,
           (SELECT coalesce(package.delivered_at, package.shipped_at, purchase.placed_at)
            FROM packages_packageitem packing
            JOIN packages_package package ON package.id = packing.package_id
            WHERE packing.item_id = item.id AND packing.removed_at IS NULL
                AND package.status = 'delivered' LIMIT 1)
    FROM orders_orderitem item
    JOIN orders_orderline line ON line.id = item.line_id
    JOIN orders_order purchase ON purchase.id = item.order_id
    JOIN sellers_seller seller ON seller.id = item.seller_id
    WHERE item.order_id = %s AND item.number = ANY(%s)
    ORDER BY line.position, item.id
"""


def _policies_of(seller_ids: set[int]) -> Policies:
    """`rules.policies_of`, by hand."""
    columns = columns_of(ReturnPolicy, "policy")
    rows = fetched(_POLICIES.format(columns=columns), [list(seller_ids)])
    return Policies((row_from(ReturnPolicy, row) for row in rows), usual_window=_usual_window())


_POLICIES = """
    SELECT {columns} FROM returns_returnpolicy policy
    WHERE seller_id IS NULL OR seller_id = ANY(%s)
"""


def _usual_window() -> Schedule:
    """`schedule_of`, without building anything where the owner has said nothing."""
    if fetched("SELECT 1 FROM deadlines_deadlinerule WHERE step = %s", [WINDOW_STEP]):
        return schedule_of(WINDOW_STEP)
    return scheduled(DEFAULTS[WINDOW_STEP])
