"""Lines under the bell of the marketplace's managers: refunds that wait for one of them."""

from django.urls import reverse

from core.accounts.models import MemberRank, StaffMember
from core.actors import Role
from core.notifications.operations import notify
from refunds.models import RefundPlan


def ring_managers(plan: RefundPlan, template: str, *, once: int) -> None:
    """`once` is the event that rings: told again of the same one, nothing more is said.

    Where a second person must agree, those who had a hand in the plan are not asked.
    """
    managers = StaffMember.objects.valid().filter(rank__in=(MemberRank.MANAGER, MemberRank.ADMIN))
    if plan.needs_second_approval:
        managers = managers.exclude(user_id__in=_with_a_hand_in(plan))
    notify(
        user_ids=list(managers.order_by("user_id").values_list("user_id", flat=True).distinct()),
        role=Role.OWNER,
        template=template,
        data={"plan": plan.number, "order": plan.order.number},
        url=reverse("owner:refund_plan_detail", args=[plan.number]),
        order_id=plan.order_id,
        dedupe_key=f"{template}:{once}",
    )


def _with_a_hand_in(plan: RefundPlan) -> list[int]:
    return [pk for pk in (plan.requested_by_id, plan.approved_by_id) if pk is not None]
