"""What the owner sets: reasons, and when a cancellation is approved by itself."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import policies
from cancellations.models import AutoApprovalPolicy
from core.actors import Actor
from core.errors import Conflict, InvalidInput
from core.events import Entry, record_many
from core.events.models import Event
from orders.models import OrderStatus, Reason

REASON_FACTS = {
    "text",
    "fault",
    "for_customer",
    "for_seller",
    "for_owner",
    "for_system",
    "needs_note",
    "needs_evidence",
    "needs_goods_back",
    "shipping_paid_by",
    "active",
    "sort_order",
}


@dataclass(frozen=True)
class Setting:
    """A row of settings as the event log knows it."""

    EVENT: str
    pk: int

    def about(self) -> dict[str, None]:
        return {"order_id": None, "seller_id": None}


def current_policy() -> AutoApprovalPolicy:
    """The owner's policy; where nobody has written one, the default one, unsaved."""
    return AutoApprovalPolicy.objects.first() or AutoApprovalPolicy()


@transaction.atomic
def change_policy(
    *,
    up_to_status: str,
    within_minutes: int | None,
    up_to_amount: int | None,
    currency: str,
    actor: Actor,
) -> AutoApprovalPolicy:
    """From now on, approve by itself what is packed no further than `up_to_status`, was placed
    within so many minutes, and gives back at most `up_to_amount` (minor units of `currency`).

    None is no limit. Requests that wait keep the answer they got. By an Admin of the marketplace;
    raises NotAllowed, InvalidInput.
    """
    if refusal := policies.may_change_settings(actor):
        raise refusal
    wanted = checked_policy(
        up_to_status=up_to_status,
        within_minutes=within_minutes,
        up_to_amount=up_to_amount,
        currency=currency,
    )
    AutoApprovalPolicy.objects.get_or_create(singleton=True)
    policy = AutoApprovalPolicy.objects.select_for_update().get()
    columns = ("up_to_status", "within_minutes", "up_to_amount", "currency")
    facts = {column: getattr(wanted, column) for column in columns}
    if _change(policy, facts):
        _record("auto_approval_policy.changed", policy.pk, actor, facts)
    return policy


def checked_policy(
    *, up_to_status: str, within_minutes: int | None, up_to_amount: int | None, currency: str
) -> AutoApprovalPolicy:
    """A policy that can be meant, unsaved: a candidate for a dry run. Raises InvalidInput."""
    column = AutoApprovalPolicy._meta.get_field("up_to_status")
    allowed = [status for status, _label in column.choices or ()]
    if up_to_status not in allowed:
        raise InvalidInput(
            _("Choose a status before shipping."), field="up_to_status", allowed=allowed
        )
    if within_minutes is not None and within_minutes < 1:
        raise InvalidInput(_("At least one minute, or no limit."), field="within_minutes")
    if up_to_amount is not None and up_to_amount < 0:
        raise InvalidInput(_("An amount is not negative."), field="up_to_amount")
    if up_to_amount is not None and len(currency) != 3:
        raise InvalidInput(_("Say in which currency the amount is."), field="currency")
    return AutoApprovalPolicy(
        up_to_status=OrderStatus(up_to_status),
        within_minutes=within_minutes,
        up_to_amount=up_to_amount,
        currency=currency.upper() if up_to_amount is not None else "",
    )


@transaction.atomic
def save_reason(
    reason: Reason | None, *, actor: Actor, kind: str = "", code: str = "", **facts: Any
) -> Reason:
    """Add a reason (None: `kind` and `code` are its own for ever), or change the facts of one.

    A reason is never deleted, because decisions name it: an inactive one cannot be picked. By an
    Admin of the marketplace; raises NotAllowed, Conflict (code taken), InvalidInput.
    """
    if refusal := policies.may_change_settings(actor):
        raise refusal
    _check_reason(facts, new=reason is None, kind=kind, code=code)
    if reason is None:
        if Reason.objects.filter(kind=kind, code=code).exists():
            raise Conflict(_("This code is taken."), field="code")
        reason = Reason.objects.create(kind=kind, code=code, **facts)
        _record("reason.created", reason.pk, actor, {"kind": kind, "code": code} | facts)
        return reason
    reason = Reason.objects.select_for_update().get(pk=reason.pk)
    if changed := _change(reason, facts):
        said = {name: facts[name] for name in changed}
        _record("reason.changed", reason.pk, actor, {"code": reason.code} | said)
    return reason


def _check_reason(facts: dict[str, Any], *, new: bool, kind: str, code: str) -> None:
    unknown = sorted(set(facts) - REASON_FACTS)
    if unknown:
        raise InvalidInput(
            _("A reason has no such setting."), field=unknown[0], allowed=sorted(REASON_FACTS)
        )
    if new and kind not in Reason.Kind.values:
        raise InvalidInput(field="kind", allowed=Reason.Kind.values)
    if new and not code.replace("_", "").isalnum():
        raise InvalidInput(_("Letters, digits and _ only."), field="code")
    if (new or "text" in facts) and not str(facts.get("text", "")).strip():
        raise InvalidInput(_("Say the reason in a few words."), field="text")
    for name in ("fault", "shipping_paid_by"):
        if (name in facts or (new and name == "fault")) and (
            facts.get(name) not in Reason.Fault.values
        ):
            raise InvalidInput(
                _("Choose whose fault it is."), field=name, allowed=Reason.Fault.values
            )


def _change(row: Any, facts: dict[str, Any]) -> list[str]:
    """Write the facts that differ; returns the names of the columns."""
    changed = sorted(name for name, value in facts.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _record(event: str, pk: int, actor: Actor, data: dict[str, Any]) -> None:
    """These rows carry no version: their events are counted, under the row's lock."""
    kind = event.partition(".")[0]
    before = Event.objects.filter(subject_type=kind, subject_id=pk).count()
    entry = Entry(type=event, subject=Setting(kind, pk), data=data, seq=before + 1)
    record_many([entry], actor=actor)
