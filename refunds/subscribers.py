"""Refunds react to nothing but themselves: a plan that may be paid is paid soon."""

from core.events import nudge, on
from refunds import letters
from refunds.models import RefundPlan


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


@on("refund_plan.approved")
def ask_a_second_person(event) -> None:
    plan = RefundPlan.objects.select_related("order").get(pk=event.subject_id)
    if plan.needs_second_approval:
        letters.ring_managers(plan, "refund_to_agree", once=event.pk)


@on("refund_plan.failed")
def tell_of_a_refusal(event) -> None:
    plan = RefundPlan.objects.select_related("order").get(pk=event.subject_id)
    if plan.status == RefundPlan.Status.FAILED:
        letters.ring_managers(plan, "refund_refused", once=event.pk)
