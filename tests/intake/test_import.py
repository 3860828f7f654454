"""`manage.py import_orders`: a file of orders with their past, losing nothing, without effects."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cancellations.models import CancellationItem
from core.deadlines.models import Deadline
from core.events.models import Delivery, Event
from core.notifications.models import Mail, Notification
from finance.models import LedgerTransaction
from marketplace.intake import importing
from marketplace.intake.lines import JsonLines
from orders.models import Case, Order, OrderItem, SellerOrder
from packages.models import Package
from refunds.models import RefundAttempt, RefundPlan
from sellers.models import Seller
from tests.orders.given import item, order_json

pytestmark = pytest.mark.django_db


def past(*events, by="customer", reason="unknown") -> list[dict]:
    """Events at these moments: past(("shipped", "2026-03-04"), ("cancelled", None))."""
    return [
        {"event": event, "at": day and f"{day}T12:00:00+00:00"}
        | ({"by": by, "reason": reason} if event in {"cancelled", "returned"} else {})
        for event, day in events
    ]


@pytest.fixture
def run(tmp_path, capsys):
    """Import these orders (dicts, or lines as they are) from a file; what was printed."""

    def imported(orders, *options, name="orders.jsonl", **more):
        path = tmp_path / name
        lines = [one if isinstance(one, str) else json.dumps(one) for one in orders]
        text = "\n".join(lines).encode() + b"\n"
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        call_command("import_orders", str(path), *options, **more)
        return capsys.readouterr().out

    return imported


def moves(order: Order) -> list[tuple]:
    events = Event.objects.filter(order_id=order.pk, subject_type="order_item").order_by("seq")
    return [
        (event.data["to"], event.occurred_at and event.occurred_at.day, event.inferred)
        for event in events
    ]


class TestThePast:
    def test_a_delivered_order_has_its_way_and_the_step_nobody_told(self, run, assert_invariants):
        run([order_json(history=past(("shipped", "2026-03-04"), ("delivered", "2026-03-06")))])

        order = Order.objects.get()
        assert (order.status, order.imported) == ("delivered", True)
        assert moves(order) == [
            ("preparing", None, True),
            ("shipped", 4, False),
            ("delivered", 6, False),
        ]
        package = Package.objects.get()
        assert (package.status, package.created_at, package.shipped_at.day) == (
            "delivered",
            None,
            4,
        )
        assert package.delivered_at.day == 6
        assert_invariants()

    def test_a_cancelled_order_has_a_closed_case_and_a_plan_paid_by_other_hands(
        self, run, assert_invariants
    ):
        run(
            [
                order_json(
                    items=[item(shipping=300)],
                    payments=[
                        {"method": "voucher", "amount": 500},
                        {"method": "credit_card", "amount": 1800},
                    ],
                    history=past(("cancelled", None), by="seller", reason="out_of_stock"),
                )
            ]
        )

        case = Case.objects.get()
        assert (case.kind, case.status, case.origin) == ("cancel", "completed", "seller")
        assert (case.opened_at, case.decided_at) == (None, None)
        entry = CancellationItem.objects.get()
        assert (entry.reason.code, entry.status) == ("out_of_stock", "approved")
        plan = RefundPlan.objects.get()
        assert (plan.type, plan.status, plan.gateway, plan.total) == (
            "cancel",
            "completed",
            "external",
            2300,
        )
        assert sorted(plan.parts.values_list("payment__method", "amount")) == [
            ("credit_card", 1800),
            ("voucher", 500),
        ]
        assert SellerOrder.objects.get().has_cancelled
        assert_invariants()

    def test_cancelled_after_the_hand_over_ends_returned_and_is_named(self, run, assert_invariants):
        printed = run(
            [
                order_json(
                    number="LATE-1",
                    history=past(("shipped", "2026-03-04"), ("cancelled", "2026-03-05")),
                )
            ]
        )

        case = Case.objects.get()
        assert (case.kind, case.status, case.decided_at.day) == ("return", "completed", 5)
        assert Order.objects.get().status == "returned"
        assert Package.objects.get().status == "shipped"
        assert RefundPlan.objects.get().type == "refund"
        assert not CancellationItem.objects.exists()
        assert "Cancelled after the hand-over, so returned: 1 (LATE-1)" in printed
        assert_invariants()

    def test_a_cancelled_package_has_let_its_items_go(self, run, assert_invariants):
        run([order_json(history=past(("packed", None), ("cancelled", "2026-03-05")))])

        assert Package.objects.get().status == "cancelled"
        assert_invariants()

    def test_every_seller_of_an_order_shares_its_past(self, run, assert_invariants):
        run(
            [
                order_json(
                    items=[item(), item(seller="s-2", quantity=1)],
                    payments=[{"method": "credit_card", "amount": 2500}],
                    history=past(("cancelled", "2026-03-03")),
                )
            ]
        )

        assert Case.objects.count() == RefundPlan.objects.count() == 2
        assert sum(RefundPlan.objects.values_list("total", flat=True)) == 2500
        assert_invariants()

    def test_a_failed_delivery_that_was_shipped_again(self, run, assert_invariants):
        run(
            [
                order_json(
                    history=past(
                        ("packed", "2026-03-03"),
                        ("shipped", "2026-03-04"),
                        ("delivery_failed", "2026-03-05"),
                        ("shipped", "2026-03-06"),
                        ("delivered", None),
                        ("returned", None),
                    )
                )
            ]
        )

        package = Package.objects.get()
        assert (package.status, package.shipped_at.day) == ("delivered", 6)
        assert Order.objects.get().status == "returned"
        assert_invariants()

    def test_a_reason_the_owner_does_not_have_is_unknown(self, run):
        run([order_json(history=past(("cancelled", None), reason="bad karma"))])

        assert CancellationItem.objects.get().reason.code == "unknown"

    def test_the_past_has_no_effects(self, run):
        run(
            [
                order_json(history=past(("cancelled", "2026-03-04"))),
                order_json(history=past(("shipped", None), ("cancelled", None))),
                order_json(history=past(("delivered", "2026-03-04"), ("returned", "2026-03-09"))),
                order_json(history=past(("packed", None))),
                order_json(),
            ]
        )

        assert Order.objects.count() == 5
        for effects in (Delivery, Mail, Notification, Deadline):
            assert not effects.objects.exists()
        assert not RefundAttempt.objects.undecided().exists()
        assert not RefundPlan.objects.exclude(status="completed").exists()
        assert not Event.objects.exclude(imported=True, via="import").exists()
        assert not OrderItem.objects.exclude(open_case=None).exists()
        assert not Case.objects.exclude(due_at=None).exists()


class TestTheFile:
    def test_the_second_run_changes_nothing_and_says_so(self, run):
        orders = [order_json(history=past(("cancelled", None))), order_json()]
        run(orders)
        before = [model.objects.count() for model in (Order, Event, LedgerTransaction, Seller)]
        newest = Order.objects.latest("updated_at").updated_at

        printed = run(orders)

        assert "There already, with the same content: 2" in printed
        assert "Nothing was changed." in printed
        after = [model.objects.count() for model in (Order, Event, LedgerTransaction, Seller)]
        assert after == before
        assert Order.objects.latest("updated_at").updated_at == newest

    def test_a_broken_line_is_told_and_the_rest_imported(self, run):
        printed = run(
            [
                order_json(number="A"),
                "{broken",
                order_json(number="B", items=[item(quantity=0, unit_price="ten")]),
                '{"number": NaN}',
                "",
                "7",
                order_json(number="C"),
            ]
        )

        assert set(Order.objects.values_list("number", flat=True)) == {"A", "C"}
        assert "Not imported: 4" in printed
        assert "line 2: Not JSON" in printed
        assert "line 3: items/0/quantity: A whole number from 1 to 100000." in printed
        assert "items/0/unit_price" in printed
        assert "line 4: Not JSON: NaN" in printed
        assert "line 6: An order is a JSON object." in printed

    def test_a_failing_order_in_a_batch_takes_no_other_with_it(self, run):
        run([order_json(number="T-7")])

        printed = run(
            [order_json(number=f"N-{n}") for n in range(9)]
            + [order_json(number="T-7", channel="app")]
            + [order_json(number="LAST")]
        )

        assert Order.objects.count() == 11
        assert "Not imported, there already with other content: 1" in printed
        assert "line 10 (T-7): number: Order T-7 is there already, with other content." in printed

    def test_what_only_the_database_refuses_is_told_too(self, run, monkeypatch):
        place = importing.place_with_past

        def refuse_one(batch, *, actor):
            placed = place(batch, actor=actor)
            if any(new.number == "BAD" for new in batch):
                Order.objects.filter(number="BAD").update(captured=-1)
            return placed

        monkeypatch.setattr(importing, "place_with_past", refuse_one)

        printed = run([order_json(number="GOOD"), order_json(number="BAD")])

        assert list(Order.objects.values_list("number", flat=True)) == ["GOOD"]
        assert "line 2 (BAD): The database refused it" in printed

    def test_an_impossible_past_is_told_with_its_place(self, run):
        printed = run([order_json(history=past(("delivered", None), ("packed", None)))])

        assert "history/1/event: “packed” cannot follow “Delivered”." in printed
        assert not Order.objects.exists()

    def test_strict_stops_at_the_first_problem_and_keeps_nothing_of_its_batch(self, run, capsys):
        orders = [order_json(number=f"N-{n}") for n in range(5)] + ["{", order_json(number="Z")]

        with pytest.raises(CommandError) as stopped:
            run(orders, "--strict", batch=2)

        assert stopped.value.returncode == 1
        assert Order.objects.count() == 4  # two whole batches before it
        assert "line 6: Not JSON" in capsys.readouterr().out

    def test_strict_keeps_nothing_of_a_batch_that_fails_in_the_database(self, run, capsys):
        run([order_json(number="T-1")])

        with pytest.raises(CommandError):
            run([order_json(), order_json(), order_json(number="T-1", channel="x")], "--strict")

        assert Order.objects.count() == 1
        printed = capsys.readouterr().out
        assert "line 3 (T-1)" in printed
        assert "Orders imported: 0" in printed

    def test_odd_ones_are_named(self, run):
        printed = run(
            [
                order_json(number="PAYS-MORE", payments=[{"method": "card", "amount": 2100}]),
                order_json(number="INFERRED", history=past(("shipped", "2026-03-04"))),
                order_json(number="NO-TIME", history=past(("packed", None))),
                order_json(number="BACKWARDS", history=past(("packed", "2026-03-01"))),
            ]
        )

        for words in (
            "Payments differ from the total: 1 (PAYS-MORE)",
            "Skipped steps were inferred: 1 (INFERRED)",
            "Steps at an unknown time: 1 (NO-TIME)",
            "Dates out of order, taken as given: 1 (BACKWARDS)",
        ):
            assert words in printed

    def test_gzip_is_told_by_its_content(self, run):
        run([order_json()], name="orders.jsonl.gz")

        assert Order.objects.count() == 1

    def test_a_damaged_archive_gives_what_can_be_read(self, tmp_path, capsys):
        whole = gzip.compress("\n".join(json.dumps(order_json()) for _n in range(2000)).encode())
        path = tmp_path / "orders.jsonl.gz"
        path.write_bytes(whole[: len(whole) // 2])

        call_command("import_orders", str(path))

        assert "The file is damaged after line" in capsys.readouterr().out
        assert Order.objects.count() > 100

    def test_a_missing_file_is_named(self):
        with pytest.raises(CommandError, match=r"nowhere\.jsonl"):
            call_command("import_orders", "nowhere.jsonl")

    def test_standard_input_is_a_dash(self, monkeypatch, capsys):
        stdin = io.TextIOWrapper(io.BytesIO(json.dumps(order_json()).encode()))
        monkeypatch.setattr("sys.stdin", stdin)

        call_command("import_orders", "-")

        assert "Orders imported: 1 in" in capsys.readouterr().out


class TestSellers:
    def test_they_come_from_the_file_beside(self, run, tmp_path):
        (tmp_path / "sellers.jsonl").write_text(
            json.dumps({"code": "s-1", "name": "Kiln", "commission_rate": "0.12", "city": "Porto"})
            + '\n{"code": ""}\n{"code": "s-3", "time_zone": "Mars/Crater"}\n'
        )

        printed = run([order_json()])

        seller = Seller.objects.get()
        assert (seller.name, seller.city) == ("Kiln", "Porto")
        assert "Sellers created from the sellers file: 1 (s-1)" in printed
        assert "line 2: code: This field is required." in printed
        assert "line 3: time_zone: Not the name of a time zone" in printed
        assert OrderItem.objects.get().commission == 240

    def test_who_is_there_stays_as_they_are(self, run, tmp_path):
        Seller.objects.create(code="s-1", name="As it was")
        (tmp_path / "sellers.jsonl").write_text('{"code": "s-1", "name": "Other"}\n')

        run([order_json()])

        assert Seller.objects.get().name == "As it was"

    def test_who_is_in_no_file_is_created_and_named(self, run):
        printed = run([order_json(items=[item(seller="who")])])

        assert "Sellers created of whom only the code is known: 1 (who)" in printed
        assert Seller.objects.get().code == "who"


class TestShifting:
    def test_the_newest_order_was_placed_now_and_all_others_before_it(self, run):
        old = order_json(
            number="OLD",
            placed_at="2018-01-01T00:00:00Z",
            promised_by="2018-01-20T00:00:00Z",
            items=[item(ship_by="2018-01-10T00:00:00Z")],
            history=past(("shipped", "2018-01-05")),
        )
        new = order_json(number="NEW", placed_at="2018-03-01T00:00:00Z")

        run([old, "{broken", new], "--shift-to", "now")

        placed = dict(Order.objects.values_list("number", "placed_at"))
        assert timezone.now() - placed["NEW"] < timedelta(minutes=1)
        assert placed["NEW"] - placed["OLD"] == timedelta(days=59)
        shifted = Order.objects.get(number="OLD")
        assert shifted.promised_by - shifted.placed_at == timedelta(days=19)
        assert SellerOrder.objects.get(order=shifted).ship_by - shifted.placed_at == timedelta(
            days=9
        )
        shipped = Event.objects.get(type="order_item.shipped")
        assert shipped.occurred_at - shifted.placed_at == timedelta(days=4, hours=12)

    def test_what_would_lie_ahead_has_not_happened_yet(self, run):
        new = order_json(
            number="NEW",
            placed_at="2018-03-01T00:00:00Z",
            history=past(("packed", None), ("shipped", "2018-03-05"), ("delivered", None)),
        )

        printed = run([new], "--shift-to", "now")

        assert Order.objects.get().status == "preparing"
        assert "Steps that have not happened yet, left out: 1 (NEW)" in printed

    def test_a_later_shifted_run_changes_nothing(self, run):
        orders = [order_json(history=past(("cancelled", "2026-03-05")))]
        run(orders)

        printed = run(orders, "--shift-to", "now")

        assert "Nothing was changed." in printed
        assert Order.objects.get().placed_at == datetime(2026, 3, 2, 10, tzinfo=UTC)

    @pytest.mark.parametrize("when", ["tomorrow", "2999-01-01T00:00:00Z", "2018-01-01"])
    def test_only_a_past_moment_or_now(self, run, when):
        with pytest.raises(CommandError, match="'now', or a past moment"):
            run([order_json()], "--shift-to", when)


def test_lines_can_be_read_twice(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"1\n\n2\n")
    lines = JsonLines.of_path(path)

    assert list(lines) == list(lines) == [(1, b"1\n"), (3, b"2\n")]
    assert lines.count() == 2
    lines.close()
