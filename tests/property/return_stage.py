"""One delivered order beside its model: everything that returns move, compared after each step."""

from collections import Counter

from django.db.models import Sum

from core.actors import SYSTEM
from core.deadlines.models import Deadline
from finance.models import Account
from orders.models import Case as CaseRow
from orders.models import OrderItem, Payment
from packages.operations import deliver_package, ship_package, start_packaging
from refunds.models import RefundAttempt, RefundPlan
from returns.models import (
    Dispute,
    Offer,
    ReturnItem,
    ReturnParcel,
    ReturnPolicy,
    ReturnRequest,
)
from tests.factories import line, make_order
from tests.property import model
from tests.property.return_model import Order
from tests.property.return_parts import Case, Entry, Piece, Plan, Terms
from tests.property.stage import Stage


class ReturnStage(Stage):
    """As `Stage`, for the returns of an order that is delivered at the beginning."""

    order: Order | None
    case_ids: dict[Case, int]
    item_ids: dict[Piece, int]

    def _note_ends(self) -> None:
        if self.order:
            self.reached.update(f"item {piece.status}" for piece in self.order.pieces)
            for case in self.order.cases:
                self.reached[f"return {case.status}"] += 1
                self.reached[f"goods {case.parcel or 'not waited for'}"] += 1
                self.reached.update(f"answer {entry.status}" for entry in case.entries)
                self.reached.update(f"plan {plan.status}" for plan in case.plans)
                offers = [offer for entry in case.entries for offer in entry.offers]
                self.reached.update(f"offer {status}" for status, _amount in offers)
                if case.dispute:
                    self.reached[f"dispute {case.dispute.status}"] += 1

    # -- Placing ----------------------------------------------------------------------------

    def put_on_delivered(self, lines: list[tuple], voucher: int, terms: Terms) -> None:
        """Lines of (units, price, shipping, discount), all of the first shop and delivered."""
        shop = self.cast.shops[0]
        rows = [
            line(shop, units, price, min(off, units * price), shipping)
            for units, price, shipping, off in lines
        ]
        captured = [
            (row["quantity"] * row["unit_price"] - row["discount"], row["shipping"]) for row in rows
        ]
        total = sum(map(sum, captured))
        voucher = min(voucher, max(total - 1, 0))
        paid = [("credit_card", total - voucher), ("voucher", voucher)]
        paid = [pair for pair in paid if pair[1]] or paid[:1]  # nothing is to pay: by card, too
        self.row = make_order(lines=rows, payments=paid, customer="somebody")
        customer = self.row.customer
        customer.user_id = self.cast.customer.user_id
        customer.save(update_fields=["user"])
        ReturnPolicy.objects.create(
            currency="EUR",
            payable_when="at_once" if terms.at_once else "on_receipt",
            keep_goods_up_to=terms.keep_up_to,
            restocking_rate=terms.restocking_percent / 100,
            return_shipping_fee=terms.fee,
            silence_approves_up_to=terms.silence_limit,
        )
        quantities = [row["quantity"] for row in rows]
        self.order = Order(
            [model.Line(0, *pair) for pair in zip(quantities, captured, strict=True)],
            [amount for _method, amount in paid],
        )
        self.order.terms = terms
        self._send(list(OrderItem.objects.filter(order=self.row)))

    def _send(self, items: list[OrderItem]) -> None:
        package = start_packaging(order=self.row, items=items, actor=SYSTEM)
        ship_package(package=package, actor=SYSTEM)
        deliver_package(package=package, actor=SYSTEM)

    # -- Rows behind the model --------------------------------------------------------------

    def request_of(self, case: Case) -> ReturnRequest:
        return ReturnRequest.objects.select_related("case").get(case=self.case_ids[case])

    def entry_row(self, case: Case, entry: Entry) -> ReturnItem:
        return ReturnItem.objects.get(case=self.case_ids[case], item=self.item_ids[entry.piece])

    def parcel_of(self, case: Case) -> ReturnParcel:
        return ReturnParcel.objects.get(case=self.case_ids[case])

    def dispute_of(self, case: Case) -> Dispute:
        return Dispute.objects.get(case=self.case_ids[case])

    def plan_row(self, case: Case, plan: Plan) -> RefundPlan:
        rows = RefundPlan.objects.filter(case=self.case_ids[case]).order_by("round", "pk")
        return rows[case.plans.index(plan)]

    def clocks_of(self, case: Case):
        pk = self.case_ids[case]
        subjects = {
            CaseRow.EVENT: [pk],
            ReturnParcel.EVENT: ReturnParcel.objects.filter(case=pk).values("pk"),
            Dispute.EVENT: Dispute.objects.filter(case=pk).values("pk"),
            Offer.EVENT: Offer.objects.filter(case=pk).values("pk"),
        }
        found = Deadline.objects.none()
        for kind, ids in subjects.items():
            found |= Deadline.objects.open().filter(subject_type=kind, subject_id__in=ids)
        return found.order_by("step", "pk")

    # -- Comparing --------------------------------------------------------------------------

    def compare(self) -> None:
        type(self).steps += 1
        self.learn_items()
        self._same(self._real_pieces(), self._model_pieces())
        for case in self.order.cases:
            self._same(self._real_case(case), self._model_case(case))
            self._same(self._real_plans(case), self._model_plans(case))
        self._compare_money()

    @staticmethod
    def _same(real: object, expected: object) -> None:
        assert real == expected, f"It is {real},\nand the model says {expected}"

    def _real_pieces(self) -> dict:
        columns = ("first_unit", "last_unit", "status", "open_case_id", "replaces_id")
        rows = OrderItem.objects.filter(order=self.row).values_list("pk", *columns)
        return {pk: tuple(facts) for pk, *facts in rows}

    def _model_pieces(self) -> dict:
        return {
            self.item_ids[piece]: (
                piece.first,
                piece.last,
                piece.status,
                self.case_ids.get(piece.case),
                self.item_ids.get(piece.replaces),
            )
            for piece in self.order.pieces
        }

    def _real_case(self, case: Case) -> dict:
        pk = self.case_ids[case]
        entries = ReturnItem.objects.filter(case=pk).order_by("pk")
        parcel = ReturnParcel.objects.filter(case=pk).first()
        dispute = Dispute.objects.filter(case=pk).first()
        offers = Offer.objects.filter(case=pk).order_by("pk").values_list("status", "amount")
        return {
            "status": CaseRow.objects.get(pk=pk).status,
            "held": bool(ReturnRequest.objects.get(case=pk).held_by),
            "entries": list(entries.values_list("item", "status", "goods_back", "agreed_amount")),
            "offers": sorted(offers),
            "goods": parcel.status if parcel else "",
            "dispute": dispute.status if dispute else "",
            "running": [clock.step for clock in self.clocks_of(case)],
        }

    def _model_case(self, case: Case) -> dict:
        return {
            "status": case.status,
            "held": case.held,
            "entries": [
                (self.item_ids[e.piece], e.status, e.goods_back, e.agreed) for e in case.entries
            ],
            "offers": sorted(tuple(offer) for e in case.entries for offer in e.offers),
            "goods": case.parcel,
            "dispute": case.dispute.status if case.dispute else "",
            "running": case.running,
        }

    def _real_plans(self, case: Case) -> list:
        rows = RefundPlan.objects.filter(case=self.case_ids[case]).order_by("round", "pk")
        return [
            (
                row.status,
                row.total,
                row.payable_when,
                row.status in ("approved", "failed") and row.payable_at is not None,
                dict(
                    row.lines.standing().values_list("item").annotate(total=Sum("amount"))
                    if row.status != "void"
                    else ()
                ),
                list(row.parts.order_by("pk").values_list("amount", flat=True))
                if row.status != "void"
                else [],
            )
            for row in rows
        ]

    def _model_plans(self, case: Case) -> list:
        live = ("approved", "failed")
        return [
            (
                plan.status,
                plan.worth,
                "on_receipt" if plan.on_receipt else "at_once",
                plan.status in live and plan.payable,
                {self.item_ids[root]: sum(given) for root, given in plan.given.items()}
                if plan.status != "void"
                else {},
                [part.amount for part in plan.parts] if plan.status != "void" else [],
            )
            for plan in case.plans
        ]

    def _compare_money(self) -> None:
        """What is set aside of each payment, what has left to the provider, and what became
        store credit: to the cent."""
        plans = [plan for case in self.order.cases for plan in case.live_plans]
        parts = [(plan, part) for plan in plans for part in plan.parts]
        reserved = Payment.objects.filter(order=self.row).order_by("position")
        assert list(reserved.values_list("refund_reserved", flat=True)) == [
            sum(part.amount for _plan, part in parts if part.payment == at and part.reserved)
            for at in range(len(self.order.payments))
        ]
        keys = RefundAttempt.objects.filter(part__order=self.row)
        left = self.provider.paid(*keys.values_list("idempotency_key", flat=True))
        truth = Counter()
        for plan, part in parts:
            truth[plan.credit] += part.amount * (part.truth == "paid")
        assert left == truth[False]
        credit = Account.objects.filter(
            kind=Account.Kind.STORE_CREDIT, customer_id=self.row.customer_id
        ).aggregate(total=Sum("balance"))["total"]
        assert abs(credit or 0) == truth[True]
        assert max(self.provider.payouts.values(), default=1) == 1
