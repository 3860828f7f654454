"""The real thing beside its model: one order in one transaction, compared after each step."""

from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine

from cancellations.models import AutoApprovalPolicy, CancellationRequest
from core.actors import Actor, Role
from core.errors import DomainError
from marketplace.invariants.check import check
from orders.models import Case, OrderItem, Payment
from packages.models import CarrierReport, Package, PackageItem
from refunds.gateway.outcome import CalledInTransaction
from refunds.models import RefundAttempt, RefundPlan
from sellers.models import Seller
from tests.factories import line, make_member, make_order, make_owner, make_seller, make_user
from tests.packages.acts import make_option
from tests.plugins.soundness import NOT_IN_TESTS
from tests.proofs.provider import ProviderInProcess
from tests.property import model

REPORT = ("package_id", "key", "outcome")


class Cast:
    """The people of all examples, and the provider of the running one."""

    def __init__(self) -> None:
        self.shops: list[Seller] = [make_seller(), make_seller()]
        self.sellers: list[Actor] = [make_member(shop) for shop in self.shops]
        self.owner = make_owner()
        self.customer = Actor(Role.CUSTOMER, user_id=make_user().pk)
        self.provider = ProviderInProcess()
        self.ways = {code: make_option(code) for code in ("fast", "slow")}


def outside_of_operations() -> None:
    """The example itself is a transaction; an operation's own would be a savepoint in it."""
    if connection.savepoint_ids:
        raise CalledInTransaction


class Stage(RuleBasedStateMachine):
    """Rolls everything back at the end; `cast` is given by the test."""

    cast: Cast
    examples = 0
    steps = 0
    reached: Counter[str] = Counter()  # how many items, cases and plans ended in each status

    def __init__(self) -> None:
        super().__init__()
        self.provider = self.cast.provider = ProviderInProcess(outside_of_operations)
        self.order: model.Order | None = None
        self.case_ids: dict[model.Case, int] = {}
        self.package_ids: dict[model.Package, int] = {}
        self.item_ids: dict[model.Piece, int] = {}
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        type(self).examples += 1

    def teardown(self) -> None:
        self._note_ends()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would refuse
            violations = check(leaving_out=NOT_IN_TESTS)
            assert not violations, "\n".join(map(str, violations))
        finally:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)

    def _note_ends(self) -> None:
        if self.order:
            self.reached.update(f"item {piece.status}" for piece in self.order.pieces)
            told = [said for package in self.order.packages for said in package.reports.values()]
            self.reached.update(f"report {said}" for said in told)
            self.reached.update(f"case {case.status}" for case in self.order.cases)
            self.reached.update(f"plan {case.plan.status}" for case in self.order.cases)

    # -- Placing ------------------------------------------------------------------------

    def put_on(self, lines: list[tuple], voucher: int, missing: int, narrow: bool) -> None:
        """Place the order; lines of (shop, units, price, shipping, discount). `narrow`: what is
        packed is left to the seller by the owner's policy."""
        rows = [
            line(self.cast.shops[shop], units, price, min(off, units * price), shipping)
            for shop, units, price, shipping, off in lines
        ]
        totals = [
            (row["quantity"] * row["unit_price"] - row["discount"], row["shipping"]) for row in rows
        ]
        total = sum(map(sum, totals))
        captured = max(total - missing, 1)
        voucher = min(voucher, captured - 1)
        paid = [("credit_card", captured - voucher), ("voucher", voucher)]
        self.row = make_order(
            lines=rows, payments=[pair for pair in paid if pair[1]], customer="somebody"
        )
        customer = self.row.customer
        customer.user_id = self.cast.customer.user_id
        customer.save(update_fields=["user"])
        if narrow:
            AutoApprovalPolicy.objects.create(up_to_status="waiting_packaging")
        self.narrow = narrow
        shares = model.spread(min(captured, total), [part for pair in totals for part in pair])
        self.order = model.Order(
            [
                model.Line(given[0], given[1], (shares[2 * at], shares[2 * at + 1]))
                for at, given in enumerate(lines)
            ],
            [amount for _method, amount in paid if amount],
        )
        self.first_shop = lines[0][0]
        for piece, item in zip(
            self.order.pieces, OrderItem.objects.filter(order=self.row).order_by("pk"), strict=True
        ):
            self.item_ids[piece] = item.pk

    # -- Acting -------------------------------------------------------------------------

    def expect(self, refusal: str, act) -> bool:
        """Do it, and hold it to the refusal that the model names, "" for none. Says if done."""
        if not refusal:
            self.answer = act()
            return True
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == refusal
        return False

    def request_of(self, case: model.Case) -> CancellationRequest:
        return CancellationRequest.objects.select_related("case").get(case=self.case_ids[case])

    def plan_of(self, case: model.Case) -> RefundPlan:
        return RefundPlan.objects.filter(case=self.case_ids[case]).latest("pk")

    def seller_of(self, piece: model.Piece) -> int:
        return self.order.lines[piece.line].seller

    def package_of(self, package: model.Package) -> Package:
        return Package.objects.get(pk=self.package_ids[package])

    def learn_items(self) -> None:
        """The pks of pieces that were split off in the last step."""
        rows = OrderItem.objects.filter(order=self.row).select_related("line")
        by_place = {(row.line.position - 1, row.first_unit): row.pk for row in rows}
        for piece in self.order.pieces:
            self.item_ids.setdefault(piece, by_place.get((piece.line, piece.first)))

    # -- Comparing ----------------------------------------------------------------------

    def compare(self) -> None:
        type(self).steps += 1
        self.learn_items()
        assert self._real_items() == self._model_items()
        for case, pk in self.case_ids.items():
            self._compare_case(case, Case.objects.get(pk=pk))
        self._compare_packages()
        self._compare_money()

    def _real_items(self) -> dict:
        inside = dict(
            PackageItem.objects.filter(item__order=self.row, removed_at=None).values_list(
                "item_id", "package_id"
            )
        )
        rows = OrderItem.objects.filter(order=self.row)
        return {
            row.pk: (
                row.first_unit,
                row.last_unit,
                row.status,
                row.open_case_id,
                inside.get(row.pk),
                row.captured_product + row.captured_shipping,
            )
            for row in rows
        }

    def _model_items(self) -> dict:
        return {
            self.item_ids[piece]: (
                piece.first,
                piece.last,
                piece.status,
                self.case_ids.get(piece.case),
                self.package_ids.get(piece.package),
                self.order.worth([piece]),
            )
            for piece in self.order.pieces
        }

    def _compare_case(self, case: model.Case, row: Case) -> None:
        said = dict(row.cancellation.items.values_list("item_id", "status"))
        assert (row.status, said) == (
            case.status,
            {self.item_ids[piece]: answer for piece, answer in case.answers.items()},
        )
        plan = self.plan_of(case)
        assert plan.status == case.plan.status
        if plan.status == "void":
            return
        assert plan.total == case.plan.total
        if plan.status in ("approved", "failed"):
            assert (plan.payable_at is not None) == case.plan.payable
        parts = plan.parts.order_by("pk").values_list("amount", "completed_at", "reserved_at")
        assert [(amount, done is not None, kept is not None) for amount, done, kept in parts] == [
            (part.amount, part.state == "paid", part.reserved) for part in case.plan.parts
        ]

    def _compare_packages(self) -> None:
        rows = Package.objects.filter(order=self.row).select_related("delivery_option")
        assert {
            row.pk: (
                row.status,
                row.delivery_option.code if row.delivery_option else row.other_carrier,
                row.invoice_number,
                row.shipped_at is not None,
                row.delivered_at is not None,
            )
            for row in rows
        } == {
            pk: (
                package.status,
                package.way,
                package.invoice,
                package.shipped_at is not None,
                package.delivered_at is not None,
            )
            for package, pk in self.package_ids.items()
        }
        reports = CarrierReport.objects.filter(package__order=self.row).exclude(
            key__startswith="by-hand:"
        )
        assert {(pk, key): said for pk, key, said in reports.values_list(*REPORT)} == {
            (pk, key): said
            for package, pk in self.package_ids.items()
            for key, said in package.reports.items()
        }

    def _compare_money(self) -> None:
        """What each payment has set aside, and what has really left, to the cent."""
        parts = [
            part
            for case in self.order.cases
            if case.plan.status != "void"
            for part in case.plan.parts
        ]
        reserved = list(
            Payment.objects.filter(order=self.row)
            .order_by("position")
            .values_list("refund_reserved", flat=True)
        )
        assert reserved == [
            sum(part.amount for part in parts if part.payment == at and part.reserved)
            for at in range(len(self.order.payments))
        ]
        keys = RefundAttempt.objects.filter(part__order=self.row)
        left = self.provider.paid(*keys.values_list("idempotency_key", flat=True))
        assert left == sum(part.amount for part in parts if part.truth == "paid")
        assert max(self.provider.payouts.values(), default=1) == 1
