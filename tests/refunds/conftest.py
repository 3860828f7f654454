"""Plans to pay, and the invariants of money that must hold after every test that pays."""

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from core.actors import SYSTEM
from finance.models import Account, LedgerEntry, LedgerTransaction
from orders.models import OrderItem
from refunds.models import RefundAttempt, RefundPart, RefundPlan
from refunds.operations import create_plan, due_attempts, due_plans, execute_plan
from refunds.operations import reconcile_attempt as reconcile
from tests.factories import make_case


@transaction.atomic
def plan_for(order, wanted=None, *, status="approved", actor=SYSTEM, **fields) -> RefundPlan:
    """A plan for {item id: units} of this order, approved and payable unless said otherwise."""
    case, items = make_case(order, wanted, actor=actor)
    return create_plan(case=case, items=items, type="cancel", actor=actor, status=status, **fields)


def sweep() -> None:
    """What beat starts: everything due is executed and reconciled."""
    for plan_id in due_plans():
        execute_plan(plan_id=plan_id)
    for attempt_id in due_attempts():
        reconcile(attempt_id=attempt_id)


def let_time_pass() -> None:
    """Every date to look again has come."""
    RefundAttempt.objects.undecided().update(next_check_at=timezone.now())


def settle_everything(rounds: int = 10) -> None:
    """Sweep until nothing is undecided or due any more."""
    for _round in range(rounds):
        let_time_pass()
        sweep()
        if not RefundAttempt.objects.undecided().exists() and not due_plans():
            return
    raise AssertionError("Something is still undecided.")


def keys_of(plan: RefundPlan) -> list[str]:
    attempts = RefundAttempt.objects.filter(part__plan=plan).order_by("part", "attempt_no")
    return [str(key) for key in attempts.values_list("idempotency_key", flat=True)]


def paid_of(provider, plan: RefundPlan) -> int:
    """What really left the provider for this plan."""
    return provider.paid(*keys_of(plan))


def assert_money_is_sound() -> None:
    """The invariants of reliability.md §2 that refunds can break."""
    plans = RefundPlan.objects.all()
    for plan in plans:
        lines = plan.lines.standing().aggregate(sum=Sum("amount"))["sum"] or 0
        parts = plan.parts.aggregate(sum=Sum("amount"))["sum"] or 0
        assert plan.type == "surplus" or plan.total == lines
        assert plan.status == "void" or plan.total == parts
        succeeded = RefundAttempt.objects.filter(part__plan=plan, status="succeeded")
        assert plan.status != "completed" or succeeded.count() == plan.parts.count()
    succeeded = RefundAttempt.objects.filter(status="succeeded")
    posted = LedgerTransaction.objects.filter(kind="refund").values_list("reference", flat=True)
    assert sorted(posted) == sorted(f"refund:{pk}" for pk in succeeded.values_list("pk", flat=True))
    entries = LedgerEntry.objects.values_list("transaction").annotate(sum=Sum("amount"))
    assert not entries.exclude(sum=0)
    for account in Account.objects.annotate(sum=Sum("entries__amount")):
        assert account.balance == account.sum
    _assert_reservations()


def _assert_reservations() -> None:
    reserved = RefundPart.objects.filter(reserved_at__isnull=False)
    for payment_id, amount in reserved.values_list("payment_id").annotate(Sum("amount")):
        part = reserved.filter(payment_id=payment_id).first()
        assert part.payment.refund_reserved == amount <= part.payment.amount
    over = OrderItem.objects.filter(refunded_product__gt=F("captured_product"))
    assert not over.exists()


@pytest.fixture
def sound_money(transactional_db):
    """Real commits; afterwards every invariant of money holds."""
    yield
    assert_money_is_sound()
