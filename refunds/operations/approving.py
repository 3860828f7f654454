"""Two persons for large refunds: above which amount, and the second one's word."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from core.money import is_currency
from orders.operations import lock_order
from refunds import policies
from refunds.models import RefundApprovalRule, RefundPlan


@transaction.atomic
def approve_second(plan: RefundPlan, *, actor: Actor) -> None:
    """Agree, as another person, to a refund above what one person may approve.

    It is paid from then on like any other. Raises NotAllowed, SamePerson, NothingToAgree (also
    when somebody else was faster).
    """
    lock_order(plan.order_id)
    plan.refresh_from_db()
    if refusal := policies.may_approve_second(plan, actor):
        raise refusal
    plan.needs_second_approval = False
    plan.second_approved_by_id = actor.user_id
    plan.second_approved_at = timezone.now()
    plan.save(update_fields=["needs_second_approval", "second_approved_by", "second_approved_at"])
    plan.note("refund_plan.second_approved", actor=actor, total=plan.total)


@transaction.atomic
def set_approval_rule(*, currency: str, amount: int | None, actor: Actor) -> RefundApprovalRule:
    """From now on refunds above `amount` (minor units) need a second person; None: never.

    Plans that are approved already stay as they are. Raises NotAllowed, InvalidInput.
    """
    if refusal := policies.may_set_rules(actor):
        raise refusal
    if not is_currency(currency):
        raise InvalidInput(_("Not an ISO 4217 currency code, such as EUR."), field="currency")
    if amount is not None and amount < 0:
        raise InvalidInput(_("An amount of zero or more."), field="amount")
    rule, _made = RefundApprovalRule.objects.update_or_create(
        currency=currency, defaults={"amount": amount}
    )
    rule.note("refund_approval_rule.changed", actor=actor, currency=currency, amount=amount)
    return rule
