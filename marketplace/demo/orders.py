"""The demo's orders, in the shape that intake accepts. The same seed makes the same orders."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from marketplace.demo.catalogue import CUSTOMERS, SHOPS

CHANNEL = "web store"
HOUR = timedelta(hours=1)


def past_orders(now: datetime, *, count: int = 220, seed: int = 2026) -> Iterator[dict]:
    """Orders of the last 60 days, oldest first, each with the past that fits its age."""
    random = Random(seed)  # noqa: S311 (believable, not secret)
    ages = sorted((random.random() ** 1.6 * 60 for _ in range(count)), reverse=True)
    for position, age in enumerate(ages):
        placed_at = now - timedelta(days=age) - 3 * HOUR
        order = _order(random, f"FH-{204_100 + position * 3}", placed_at)
        order["history"] = _past(random, placed_at, age, now)
        yield order


def martas_delivery(now: datetime) -> dict:
    """An order that reached the demo's customer three days ago: it can be returned."""
    kiln = next(shop for shop in SHOPS if shop.code == "kiln-clay")
    placed_at = now - timedelta(days=8)
    order = order_of(
        "FH-204805",
        placed_at,
        CUSTOMERS[0],
        [(kiln, 0, 3, 0), (kiln, 2, 1, 0)],
        [("credit_card", None)],
    )
    steps = (("packed", 1), ("shipped", 2), ("delivered", 5))
    order["history"] = [
        {"event": event, "at": (placed_at + timedelta(days=days)).isoformat()}
        for event, days in steps
    ]
    return order


def martas_orders(now: datetime) -> list[dict]:
    """The orders the demo's customer finds waiting: each shows one way a cancellation goes."""
    sets = {shop.code: shop for shop in SHOPS}
    kiln, luma, oda = sets["kiln-clay"], sets["luma"], sets["oda"]
    return [
        order_of(
            "FH-204811",
            now - 2 * HOUR,
            CUSTOMERS[0],
            [(kiln, 0, 2, 370), (kiln, 1, 1, 0)],
            [("credit_card", None)],
        ),
        order_of(
            "FH-204813",
            now - 26 * HOUR,
            CUSTOMERS[0],
            [(oda, 0, 2, 0), (oda, 3, 1, 0)],
            [("credit_card", None), ("voucher", 2500)],
        ),
        order_of(
            "FH-204815",
            now - 50 * HOUR,
            CUSTOMERS[0],
            [
                (kiln, 0, 2, 370),
                (kiln, 1, 1, 0),
                (luma, 0, 1, 1290),
                (luma, 1, 4, 0),
                (oda, 0, 3, 1000),
            ],
            [("credit_card", None)],
        ),
    ]


def order_of(number, placed_at, customer, wanted, tenders) -> dict:
    """One order. wanted: (shop, product, quantity, discount); tenders: (method, amount or None)."""
    items = [
        {
            "sku": shop.products[index][0],
            "name": shop.products[index][1],
            "seller": shop.code,
            "quantity": quantity,
            "unit_price": shop.products[index][2],
            "discount": discount,
            "shipping": 390 + 90 * quantity,
            "tax_rate": "0.23",
            "ship_by": (placed_at + timedelta(days=3)).isoformat(),
        }
        for shop, index, quantity, discount in wanted
    ]
    total = sum(i["quantity"] * i["unit_price"] - i["discount"] + i["shipping"] for i in items)
    fixed = sum(amount for _method, amount in tenders if amount is not None)
    return {
        "number": number,
        "channel": CHANNEL,
        "placed_at": placed_at.isoformat(),
        "currency": "EUR",
        "customer": _customer(customer),
        "shipping_address": _address(customer),
        "items": items,
        "payments": [
            {
                "method": method,
                "amount": total - fixed if amount is None else amount,
                "reference": f"pay-{number}-{position}",
            }
            for position, (method, amount) in enumerate(tenders, start=1)
        ],
        "total": total,
        "promised_by": (placed_at + timedelta(days=9)).isoformat(),
    }


def _order(random: Random, number: str, placed_at: datetime) -> dict:
    shops = random.sample(SHOPS, random.choices((1, 2, 3), (82, 14, 4))[0])
    wanted = [
        (shop, index, random.choices((1, 2, 3, 4), (70, 18, 7, 5))[0], 0)
        for shop in shops
        for index in random.sample(range(len(shop.products)), random.choices((1, 2), (7, 3))[0])
    ]
    if random.random() < 0.2:
        wanted = [
            (shop, index, quantity, quantity * shop.products[index][2] // 10)
            for shop, index, quantity, _none in wanted
        ]
    tenders = [("credit_card", None)]
    if random.random() < 0.12:
        tenders.append(("voucher", 500))
    return order_of(number, placed_at, random.choice(CUSTOMERS[1:]), wanted, tenders)


def _past(random: Random, placed_at: datetime, age: float, now: datetime) -> list[dict]:
    """What happened since: packed within a day, shipped within three, delivered within a week."""
    packed = placed_at + random.randint(4, 30) * HOUR
    shipped = packed + random.randint(6, 40) * HOUR
    delivered = shipped + random.randint(30, 110) * HOUR
    if random.random() < 0.06:
        cancelled = placed_at + random.randint(1, 4) * HOUR
        by, reason = random.choice((("customer", "changed_mind"), ("seller", "out_of_stock")))
        return [{"event": "cancelled", "at": cancelled.isoformat(), "by": by, "reason": reason}]
    steps = [("packed", packed), ("shipped", shipped)]
    steps.append(("delivery_failed" if random.random() < 0.02 else "delivered", delivered))
    return [{"event": event, "at": at.isoformat()} for event, at in steps if at < now]


def _customer(customer: tuple) -> dict:
    code, first_name, last_name, *_address = customer
    return {
        "external_id": f"demo-{code}",
        "first_name": first_name,
        "last_name": last_name,
        "email": f"{code}@example.com",
        "phone": "+351 900 000 142",
        "language": "en",
    }


def _address(customer: tuple) -> dict:
    _code, first_name, last_name, line, postcode, city, country = customer
    return {
        "name": f"{first_name} {last_name}",
        "line": line,
        "postcode": postcode,
        "city": city,
        "country": country,
    }
