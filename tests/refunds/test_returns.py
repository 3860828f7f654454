"""Plans of returns: fees, agreed amounts, rounds, and what an inspection changes."""

from decimal import Decimal

import pytest
from django.db import transaction

from core.actors import SYSTEM
from core.errors import InvalidInput
from core.events.models import Event
from refunds.models import RefundPlan
from refunds.operations import (
    Deduction,
    PlanExists,
    change_lines,
    create_plan,
    execute_plan,
    mark_payable,
    move_to_external,
    next_round,
    record_outcome,
    refund_of,
    void_plan,
)
from refunds.policies import NotMovable, PlanDecided
from refunds.returning import (
    Claim,
    MoreThanLeft,
    PaidBefore,
    Share,
    commission_kept,
    plan_return,
)
from tests.factories import items_of, line, make_case, make_order, make_owner, make_seller
from tests.finance.test_store_credit import give_credit
from tests.refunds.test_planning import units, whole_item

TENTH = Decimal("0.1")


def returned(*claims: Claim, before: PaidBefore | None = None, return_shipping: int = 0):
    shares = [
        (one, Share(one.item, one.item.first_unit, one.item.last_unit, before or PaidBefore()))
        for one in claims
    ]
    return plan_return(shares, return_shipping=return_shipping)


def amounts(planned) -> list[tuple[str, int]]:
    return [(line.component, line.amount) for line in planned.lines]


class TestArithmetic:
    def test_all_of_an_item_is_what_a_cancellation_would_pay(self):
        item = whole_item(2, 1000, discount=300, shipping=500, commission=204)
        planned = returned(Claim(item))
        assert amounts(planned) == [("product", 1700), ("shipping", 500)]
        assert (planned.total, planned.commission, planned.of_item(1)) == (2200, 204, 2200)

    def test_fees_are_lines_with_their_reason_and_take_their_commission_along(self):
        item = whole_item(1, 1000, shipping=200, commission=120)
        planned = returned(
            Claim(item, restocking_rate=TENTH, pays_return_shipping=True), return_shipping=300
        )
        assert amounts(planned) == [
            ("product", 1000),
            ("shipping", 200),
            ("restocking", -100),
            ("return_shipping", -300),
        ]
        assert all(one.reason for one in planned.lines[2:])
        assert [one.commission for one in planned.lines] == [120, 0, -12, -36]

    def test_fees_are_never_more_than_the_product(self):
        planned = returned(
            Claim(
                whole_item(1, 250, shipping=900), restocking_rate=TENTH, pays_return_shipping=True
            ),
            return_shipping=300,
        )
        assert planned.total == 900

    def test_the_way_back_is_paid_once_by_the_first_who_can(self):
        line_of = whole_item(3, 100).line
        cheap, free, dear = (units(line_of, at, at + 1) for at in range(3))
        claims = [
            Claim(cheap, pays_return_shipping=True),
            Claim(free),
            Claim(dear, pays_return_shipping=True),
        ]
        planned = returned(*claims, return_shipping=150)
        taken = [(one.item_id, one.amount) for one in planned.lines if one.amount < 0]
        assert taken == [(1, -100), (3, -50)]

    @pytest.mark.parametrize(
        ("agreed", "lines"),
        [
            (0, [("product", 1000), ("deduction", -1000)]),
            (400, [("product", 1000), ("deduction", -600)]),
            (1000, [("product", 1000)]),
            (1100, [("product", 1000), ("shipping", 200), ("deduction", -100)]),
            (1200, [("product", 1000), ("shipping", 200)]),
        ],
    )
    def test_an_agreed_amount_is_paid_exactly(self, agreed, lines):
        planned = returned(Claim(whole_item(1, 1000, shipping=200), agreed=agreed, why="Agreed."))
        assert amounts(planned) == lines
        assert planned.total == agreed

    def test_an_agreed_amount_is_paid_exactly_where_shipping_was_most_of_it(self):
        planned = returned(Claim(whole_item(1, 100, shipping=500), agreed=300, why="Agreed."))
        assert amounts(planned) == [("product", 100), ("shipping", 300), ("deduction", -100)]
        assert planned.total == 300

    @pytest.mark.parametrize("agreed", [-1, 1201])
    def test_no_more_is_agreed_than_is_left(self, agreed):
        with pytest.raises(MoreThanLeft) as refused:
            returned(Claim(whole_item(1, 1000, shipping=200), agreed=agreed))
        assert refused.value.allowed == ["1200"]

    def test_no_more_is_deducted_than_is_left(self):
        before = PaidBefore(product=400)
        item = whole_item(1, 1000)
        assert returned(Claim(item, deduction=600), before=before).total == 0
        with pytest.raises(MoreThanLeft):
            returned(Claim(item, deduction=601), before=before)

    def test_what_was_kept_before_can_be_paid_later_with_its_commission(self):
        item = whole_item(1, 1000, shipping=200, commission=115)
        first = returned(Claim(item, agreed=333, why="Agreed."))
        before = PaidBefore(333, 0, first.commission)
        rest = returned(Claim(item), before=before)
        assert first.total + rest.total == 1200
        assert first.commission + rest.commission == 115
        assert rest.lines[0].refunded_before == 333

    def test_what_does_not_leave_keeps_its_commission(self):
        item = whole_item(1, 1000, commission=115)
        assert commission_kept(item, PaidBefore(1000, 0, 115), 1000) == 115
        assert commission_kept(item, PaidBefore(1000, 0, 115), 1) == 1  # 114.885 is 114
        assert commission_kept(item, PaidBefore(1000, 0, 0), 1) == 0


@pytest.fixture
def order(db):
    """3 mugs at 10.00 with 3.00 off and 2.00 shipping, 12 % commission."""
    return make_order(lines=[line(make_seller(), 3, 1000, 300, 200)])


@transaction.atomic
def planned_for(order, *, case=None, of_round=1, payable_when="on_receipt", **terms) -> RefundPlan:
    items = items_of(order)
    if case is None:
        case, items = make_case(order, kind="return")
    return create_plan(
        case=case,
        items=items,
        lines=refund_of([Claim(item, **terms) for item in items]),
        round=of_round,
        type="refund",
        status="approved",
        payable_when=payable_when,
        actor=SYSTEM,
    )


class TestRounds:
    def test_a_case_has_one_live_plan_per_round(self, order):
        first = planned_for(order, agreed=500, why="Half.")
        with pytest.raises(PlanExists):
            planned_for(order, case=first.case)
        second = planned_for(order, case=first.case, of_round=next_round(first.case_id))
        assert (second.round, second.total) == (2, 2900 - 500)
        assert next_round(first.case_id) == 3

    def test_a_plan_that_came_to_nothing_gives_its_money_to_the_next(self, order):
        first = planned_for(order, agreed=500, why="Half.")
        void_plan(first, actor=SYSTEM)
        assert planned_for(order, case=first.case, of_round=2).total == 2900

    def test_the_rounds_of_an_item_give_back_its_whole_commission(self, order, assert_invariants):
        first = planned_for(order, agreed=777, why="A part.")
        second = planned_for(order, case=first.case, of_round=2, agreed=1001, why="More.")
        third = planned_for(order, case=first.case, of_round=3)
        given = [
            sum(plan.lines.values_list("commission", flat=True)) for plan in (first, second, third)
        ]
        assert sum(given) == 324
        assert first.total + second.total + third.total == 2900
        assert_invariants()


class TestChangedLines:
    def test_estimate_change_and_reason_are_kept(self, order, assert_invariants):
        plan = planned_for(order)
        [item] = items_of(order)
        change_lines(plan, [Deduction(item, 333, " Scratched. ")], actor=SYSTEM)
        plan.refresh_from_db()
        assert plan.total == 2567
        assert sum(plan.parts.values_list("amount", flat=True)) == 2567
        kept = plan.lines.get(component="deduction")
        assert (kept.amount, kept.reason, kept.takes_away) == (-333, "Scratched.", True)
        told = Event.objects.get(type="refund_plan.lines_changed").data
        assert told["estimate"] - 333 == told["total"] == 2567
        assert told["lines"] == [{"item": item.pk, "amount": -333, "reason": "Scratched."}]
        assert_invariants()

    def test_nothing_changes_once_it_may_be_paid(self, order):
        plan = planned_for(order)
        [item] = items_of(order)
        mark_payable(plan, actor=SYSTEM)
        with pytest.raises(PlanDecided):
            change_lines(plan, [Deduction(item, 1, "Late")], actor=SYSTEM)

    @pytest.mark.parametrize(
        ("amount", "reason", "field"),
        [
            (2701, "Broken", "deductions/0/amount"),
            (0, "Broken", "deductions/0/amount"),
            (1, "", "deductions/0/reason"),
            (1, "x" * 201, "deductions/0/reason"),
        ],
    )
    def test_what_cannot_be_deducted_is_named(self, order, amount, reason, field):
        plan = planned_for(order)
        [item] = items_of(order)
        with pytest.raises(InvalidInput) as refused:
            change_lines(plan, [Deduction(item, amount, reason)], actor=SYSTEM)
        assert refused.value.field == field

    def test_everything_can_be_kept_but_the_shipping(self, order, assert_invariants):
        plan = planned_for(order)
        [item] = items_of(order)
        change_lines(plan, [Deduction(item, 2700, "Not ours.")], actor=SYSTEM)
        plan.refresh_from_db()
        assert plan.total == 200
        assert sum(plan.lines.values_list("commission", flat=True)) == 0
        assert_invariants()


@pytest.mark.django_db
class TestStoreCreditOutside:
    @pytest.fixture(autouse=True)
    def _somebody_else_pays(self, settings):
        settings.PAYMENT_GATEWAY = "external"

    def test_credit_is_given_when_the_first_other_part_is_told(self):
        customer = give_credit(1000)
        order = make_order(
            lines=[line(make_seller(), 1, 900)],
            payments=[("credit_card", 500), ("store_credit", 400)],
            customer="marta",
        )
        plan = planned_for(order, payable_when="at_once")
        owner = make_owner()
        with pytest.raises(InvalidInput):  # that part is ours to give
            record_outcome(plan, payment=2, outcome="paid", reference="B-2", actor=owner)
        record_outcome(plan, payment=1, outcome="paid", reference="B-1", actor=owner)
        plan.refresh_from_db()
        assert plan.status == "completed"
        assert customer.orders.count() == 2

    def test_credit_alone_waits_for_nobody(self):
        order = make_order(lines=[line(make_seller(), 1, 900)])
        case, items = make_case(order)
        plan = create_plan(
            case=case,
            items=items,
            type="refund",
            status="approved",
            pay_to="store_credit",
            actor=SYSTEM,
        )
        assert plan.gateway == "store_credit"
        with pytest.raises(NotMovable):
            move_to_external(plan, actor=make_owner())
        execute_plan(plan_id=plan.pk)
        plan.refresh_from_db()
        assert plan.status == "completed"
