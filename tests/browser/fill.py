"""Run as a process of the product: people and demo orders in; sign-ins and tokens out, as JSON.

With `--orders`: a few orders of years ago as JSON Lines, in the shape that `import_orders` reads.
With `--ways`: the orders that the ways to cancel are tried on, some of them ready to ship.
With `--returns`: the orders that the ways to return are tried on, most of them delivered.
With `--day`: a day's orders of the demo's seller, 30 that wait to be packed.
With `--member CODE`: somebody who works for that seller; their sign-in, as JSON.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from marketplace.demo.catalogue import CUSTOMERS, SHOPS  # noqa: E402
from marketplace.demo.orders import order_of  # noqa: E402
from marketplace.demo.seed import seed_demo, user_with_password  # noqa: E402
from sellers.models import Seller, SellerMember  # noqa: E402


def old_orders():
    """Two that still wait today once their dates are moved: two units; card and voucher."""
    placed_at = datetime(2017, 3, 1, 12, 0, tzinfo=UTC)
    shop = SHOPS[0]
    yield order_of("OLD-1", placed_at, CUSTOMERS[1], [(shop, 0, 2, 100)], [("credit_card", None)])
    yield order_of(
        "OLD-2",
        placed_at + timedelta(hours=1),
        CUSTOMERS[2],
        [(shop, 1, 1, 0)],
        [("credit_card", None), ("voucher", 1000)],
    )


def orders_to_cancel():
    """Of the demo's seller, each with the past that its way to cancel begins at."""
    shop, at = SHOPS[0], datetime(2017, 3, 2, 9, 0, tzinfo=UTC)
    ready = [{"event": "ready_to_ship", "at": None}]
    wanted = {
        "WAYS-OWNER": ([(shop, 0, 2, 100), (shop, 1, 1, 0)], ready),
        "WAYS-REJECT": ([(shop, 0, 1, 0)], []),
        "WAYS-FIVE": ([(shop, 0, 5, 7)], []),
        "WAYS-YES": ([(shop, 0, 1, 0)], ready),
        "WAYS-NO": ([(shop, 1, 1, 0)], ready),
        "WAYS-SILENT": ([(shop, 2, 1, 0)], ready),
        "WAYS-BACK": ([(shop, 3, 1, 0)], ready),
    }
    for position, (number, (lines, history)) in enumerate(wanted.items()):
        placed_at = at + timedelta(minutes=position)
        order = order_of(number, placed_at, CUSTOMERS[position + 3], lines, [("credit_card", None)])
        yield order | {"history": history}


def orders_to_return():
    """Of the demo's seller and one customer, delivered but for one that is on its way still. The
    last one waits: newer than the past of the others, it keeps that in the past on any day."""
    shop, at = SHOPS[0], datetime(2017, 3, 4, 9, 0, tzinfo=UTC)
    customer = ("ines", "Inês", "Prado", *CUSTOMERS[0][3:])
    wanted = {
        "BACK-CONFIRM": (0, 3, 100),
        "BACK-DISPUTE": (1, 1, 0),
        "BACK-OFFER": (2, 1, 0),
        "BACK-SILENT": (3, 1, 0),
        "BACK-FAILED": (2, 2, 50),
        "BACK-AGAIN": (4, 1, 400),
        "BACK-CREDIT": (0, 2, 0),
        "BACK-KEPT": (1, 2, 0),
    }
    for position, (number, line) in enumerate(wanted.items()):
        placed_at = at + timedelta(minutes=position)
        order = order_of(number, placed_at, customer, [(shop, *line)], [("credit_card", None)])
        moves = {"packed": 1, "shipped": 2, "delivered": 4}
        if number == "BACK-FAILED":
            del moves["delivered"]
        yield order | {
            "history": [
                {"event": event, "at": (placed_at + timedelta(days=days)).isoformat()}
                for event, days in moves.items()
            ]
        }
    later = at + timedelta(days=5)
    yield order_of("BACK-LATER", later, customer, [(shop, 0, 1, 0)], [("credit_card", None)])


def orders_of_a_day():
    """Thirty, the first of three pieces; each of another customer as far as there are any."""
    shop, at = SHOPS[0], datetime(2017, 3, 3, 9, 0, tzinfo=UTC)
    for place in range(30):
        customer = CUSTOMERS[place % len(CUSTOMERS)]
        lines = [(shop, place % 4, 3 if place == 0 else 1, 0)]
        placed_at = at + timedelta(minutes=place)
        yield order_of(f"DAY-{place:02}", placed_at, customer, lines, [("credit_card", None)])


def member_of(code: str) -> dict:
    user, sign_in = user_with_password(f"{code}@sellers.example", f"Member of {code}", "/seller/")
    SellerMember.objects.create(user=user, seller=Seller.objects.get(code=code), rank="manager")
    return sign_in


if __name__ == "__main__":
    if "--orders" in sys.argv:
        for order in old_orders():
            print(json.dumps(order))
    elif "--ways" in sys.argv:
        for order in orders_to_cancel():
            print(json.dumps(order))
    elif "--returns" in sys.argv:
        for order in orders_to_return():
            print(json.dumps(order))
    elif "--day" in sys.argv:
        for order in orders_of_a_day():
            print(json.dumps(order))
    elif "--member" in sys.argv:
        print(json.dumps(member_of(sys.argv[-1])))
    else:
        print(json.dumps(seed_demo()))
