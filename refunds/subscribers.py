"""Refunds react to nothing but themselves: a plan that may be paid is paid soon."""

from core.events import nudge, on


@on(
    "refund_plan.approved",
    "refund_plan.second_approved",
    "refund_plan.payable",
    "refund_plan.retried",
)
def pay_soon(event) -> None:
    """Ring for the executor: the provider cannot be called here, inside a transaction."""
    from refunds.tasks import execute

    nudge(execute, plan_id=event.subject_id)
