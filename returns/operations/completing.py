"""Nothing more happens to a return."""

from django.db import transaction

from core.actors import SYSTEM
from orders.models import Case, OrderItem
from orders.operations import complete_case, lock_order
from orders.operations.cases import close_case
from refunds.models import RefundPlan
from returns.models import Dispute
from returns.operations.goods import came_to_something, waits_for_goods


@transaction.atomic
def complete_return(case_id: int) -> None:
    """End an approved return once its money has left, its disputes are closed and no goods are
    waited for; what was sent instead of money was added before. Harmless at any other time.

    It is completed where anything was given: money, a replacement, or the goods were taken back
    for nothing. Where the goods never came and nothing was paid, it is closed.
    """
    case = Case.objects.get(pk=case_id)
    lock_order(case.order_id)
    case.refresh_from_db()
    if case.kind != Case.Kind.RETURN or case.status != Case.Status.APPROVED:
        return
    if _something_is_left(case):
        return
    if came_to_something(case):
        complete_case(case, actor=SYSTEM)
    else:
        close_case(case, actor=SYSTEM, reason="goods_never_came")


def _something_is_left(case: Case) -> bool:
    plans = RefundPlan.objects.live().filter(case=case)
    disputes = Dispute.objects.filter(case=case).exclude(status=Dispute.Status.CLOSED)
    return (
        plans.exclude(status=RefundPlan.Status.COMPLETED).exists()
        or disputes.exists()
        or OrderItem.objects.filter(open_case=case).exists()
        or waits_for_goods(case)
    )
