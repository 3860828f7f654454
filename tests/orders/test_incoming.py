"""What comes in is read whole, or refused naming every field at fault."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Problems
from orders.incoming import moved_by, read_order
from tests.orders.given import item, new_order, order_json


def refusals(given) -> dict[str, str]:
    with pytest.raises(Problems) as refused:
        read_order(given)
    return {problem.field: str(problem) for problem in refused.value.problems}


def test_an_order_is_read_as_it_was_said():
    new = new_order(
        items=[item(quantity=3, discount=500, shipping=700, tax_rate="0.230", seller="s-9")],
        payments=[{"method": "voucher", "amount": 900, "installments": 0}],
        total=3200,
    )

    [line] = new.lines
    assert (line.gross, line.total, line.seller, str(line.tax_rate)) == (3000, 3200, "s-9", "0.230")
    assert (new.total, new.captured) == (3200, 900)


def test_every_wrong_field_is_named_at_once():
    wrong = refusals(
        order_json(
            number="no spaces",
            currency="EURO",
            colour="red",
            items=[item(quantity=0, unit_price=-1), "mug"],
            payments=[{"method": "card", "amount": 1.5, "status": "authorised"}],
            customer={"external_id": "", "email": "nobody"},
        )
    )

    assert set(wrong) == {
        "number",
        "currency",
        "colour",
        "items/0/quantity",
        "items/0/unit_price",
        "items/1",
        "payments/0/amount",
        "payments/0/status",
        "customer/external_id",
        "customer/email",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": None}, "items"),
        ({"items": [item(currency="USD")]}, "items/0/currency"),
        ({"payments": [{"method": "c", "amount": 1, "currency": "USD"}]}, "payments/0/currency"),
        ({"payments": [{"method": "c", "amount": -1}]}, "payments/0/amount"),
        ({"payments": [{"method": "c", "amount": True}]}, "payments/0/amount"),
        ({"payments": [{"method": "c", "amount": 10**13 + 1}]}, "payments/0/amount"),
        ({"items": [item(discount=2001)]}, "items/0/discount"),
        ({"items": [item(tax_rate=float("nan"))]}, "items/0/tax_rate"),
        ({"items": [item(tax_rate="0.1234567")]}, "items/0/tax_rate"),
        ({"items": [item(tax_rate=1)]}, "items/0/tax_rate"),
        ({"items": [item(tax_rate=[])]}, "items/0/tax_rate"),
        ({"total": 1999}, "total"),
        ({"items": [item(quantity=100_000, unit_price=10**12)]}, "total"),
        ({"placed_at": "2026-03-02T10:00:00"}, "placed_at"),
        ({"placed_at": "2026-13-02T10:00:00Z"}, "placed_at"),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "placed_at"),
        ({"placed_at": 17}, "placed_at"),
        ({"shipping_address": []}, "shipping_address"),
        ({"shipping_address": {"planet": "Mars"}}, "shipping_address/planet"),
        ({"customer": {"external_id": "a\x00b"}}, "customer/external_id"),
        ({"history": [{"event": "teleported"}]}, "history/0/event"),
        ({"history": [{"at": None}]}, "history/0/event"),
        ({"history": [{"event": "packed", "by": "the cat"}]}, "history/0/by"),
        ({"history": [{"event": "packed", "at": "2199-01-01T00:00:00Z"}]}, "history/0/at"),
        ({"history": [{"event": "delivered"}, {"event": "packed"}]}, "history/1/event"),
    ],
)
def test_a_field_that_cannot_be_meant_is_named(changes, field):
    assert list(refusals(order_json(**changes))) == [field]


def test_an_order_from_the_future_is_refused():
    later = (timezone.now() + timedelta(days=2)).isoformat()

    assert list(refusals(order_json(placed_at=later))) == ["placed_at"]


@pytest.mark.parametrize("given", [[], "order", None, 7])
def test_only_an_object_is_an_order(given):
    assert list(refusals(given)) == [None]


def test_text_that_cannot_be_stored_is_refused_and_not_a_crash():
    given = json.loads(json.dumps(order_json()).replace("Marta", "\\ud800"))

    assert list(refusals(given)) == [None]


def test_only_captured_payments_are_taken_in():
    wrong = refusals(order_json(payments=[{"method": "c", "amount": 1, "status": "authorised"}]))

    assert "capture an authorised payment first" in wrong["payments/0/status"]


def test_moving_dates_does_not_make_it_another_order():
    new = new_order(
        promised_by="2026-03-09T00:00:00+00:00",
        items=[item(ship_by="2026-03-05T00:00:00+00:00")],
        history=[{"event": "packed", "at": None}, {"event": "shipped", "at": "2026-03-04T08:00Z"}],
    )

    moved = moved_by(new, timedelta(days=10))

    assert moved.digest == new.digest
    assert moved.placed_at - new.placed_at == timedelta(days=10)
    assert moved.promised_by - new.promised_by == timedelta(days=10)
    assert moved.lines[0].ship_by - new.lines[0].ship_by == timedelta(days=10)
    assert [past.at for past in moved.history] == [None, new.history[1].at + timedelta(days=10)]
