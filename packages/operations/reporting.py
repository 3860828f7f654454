"""What carriers tell: once per message, in whatever order it comes."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from orders.models import Order, OrderItem
from packages import policies
from packages.models import CarrierReport, Package
from packages.operations.locking import locked, move_with_items

Status = Package.Status
Kind = CarrierReport.Kind
Outcome = CarrierReport.Outcome
LONGEST_KEY = 120
# Where a report leads, and through "shipped" first when nobody had said that it left.
LEADS_TO = {
    Kind.SHIPPED: Status.SHIPPED,
    Kind.OUT_FOR_DELIVERY: Status.SHIPPED,
    Kind.DELIVERED: Status.DELIVERED,
    Kind.FAILED: Status.DELIVERY_FAILED,
}


@transaction.atomic
def take_report(
    *,
    package: Package,
    kind: str,
    key: str,
    occurred_at: datetime,
    actor: Actor,
    place: str = "",
    reason: str = "",
    expected_at: datetime | None = None,
) -> CarrierReport:
    """Take in one message of a carrier about a package. Never refused for coming late or early.

    `key` is the carrier's own id of the message: the same one again changes nothing and returns
    the first one's row. Its `outcome` says whether the package moved, something new was noted, or
    it came too late to matter. A package of which nobody had said that it left ships first,
    whatever was asked meanwhile: a carrier reports what has happened. Raises UnknownPackage,
    NotAllowed, InvalidInput.
    """
    order, package, items = locked(package, actor)
    if refusal := policies.may_report_delivery(actor, package.seller_id):
        raise refusal
    report = CarrierReport(
        package=package,
        key=key.strip(),
        kind=kind,
        occurred_at=occurred_at,
        place=place.strip()[:120],
        reason=reason.strip()[:200],
        expected_at=expected_at,
    )
    _check(report)
    known = CarrierReport.objects.filter(package=package, key=report.key).first()
    if known is not None:
        return known
    report.outcome = outcome_of(report, package, newest=_newest_move(package))
    report.save(force_insert=True)
    if report.outcome == Outcome.MOVED:
        _follow(report, order, package, items, actor)
    if report.outcome != Outcome.SUPERSEDED:
        _note(report, package, actor)
    return report


def _check(report: CarrierReport) -> None:
    if report.kind not in Kind.values:
        raise InvalidInput(
            _("There is no such kind of event."), field="kind", allowed=list(Kind.values)
        )
    if not 1 <= len(report.key) <= LONGEST_KEY:
        raise InvalidInput(
            _("Each event has an id of its own, of 1 to %(n)s characters.") % {"n": LONGEST_KEY},
            field="key",
        )


def outcome_of(report: CarrierReport, package: Package, *, newest: datetime | None) -> str:
    """What a report does to a package as it stands. `newest` is when the last thing happened that
    a report, or somebody by hand, moved it by."""
    stale = newest is not None and report.occurred_at <= newest
    status, kind = package.status, report.kind
    if status in (Status.DELIVERED, Status.CANCELLED):
        return Outcome.SUPERSEDED
    if status in policies.OPEN or kind == Kind.DELIVERED:
        return Outcome.MOVED
    if stale:
        return Outcome.SUPERSEDED
    moves: dict[str, str] = {Status.SHIPPED: Kind.FAILED, Status.DELIVERY_FAILED: Kind.SHIPPED}
    return Outcome.MOVED if moves[status] == kind else Outcome.NOTED


def _newest_move(package: Package) -> datetime | None:
    """When the package last failed or left again, as far as the reports know; a first shipment is
    no measure, since sellers often say "shipped" hours after the carrier has it."""
    failed = CarrierReport.objects.filter(
        package=package, kind=Kind.FAILED, outcome=Outcome.MOVED
    ).order_by("-occurred_at")
    last = failed.values_list("occurred_at", flat=True).first()
    if last is None:
        return package.updated_at if package.status == Status.DELIVERY_FAILED else None
    return max(last, package.shipped_at or last) if package.status == Status.SHIPPED else last


def _follow(
    report: CarrierReport, order: Order, package: Package, items: list[OrderItem], actor: Actor
) -> None:
    """Move the package where the report says that it is."""
    goal = LEADS_TO[Kind(report.kind)]
    at = _within_life(report.occurred_at, package)
    told: dict[str, Any] = {"report": report.pk}
    if goal == Status.SHIPPED or package.status in policies.OPEN:
        on_the_way = told if goal == Status.SHIPPED else told | {"then": str(goal)}
        shipped = {"shipped_at": at}
        move_with_items(order, package, items, Status.SHIPPED, actor, shipped, **on_the_way)
    if goal == Status.DELIVERED:
        delivered = {"delivered_at": at}
        move_with_items(order, package, items, Status.DELIVERED, actor, delivered, **told)
    elif goal == Status.DELIVERY_FAILED:
        move_with_items(order, package, items, Status.DELIVERY_FAILED, actor, **told)


def _within_life(occurred_at: datetime, package: Package) -> datetime:
    """A carrier's clock may be wrong: not before the package was packed or left, nor after now."""
    begun = package.shipped_at or package.created_at
    return min(max(occurred_at, begun) if begun else occurred_at, timezone.now())


def _note(report: CarrierReport, package: Package, actor: Actor) -> None:
    """What is new without moving it: the date it is expected, and that it comes today."""
    expected = report.expected_at
    if expected and expected != package.expected_at and not _told_later(report):
        Package.objects.filter(pk=package.pk).update(expected_at=expected)
        package.expected_at = expected
        package.note("package.expected", actor=actor, at=expected.isoformat())
    if report.kind == Kind.OUT_FOR_DELIVERY:
        package.note("package.out_for_delivery", actor=actor, report=report.pk)


def _told_later(report: CarrierReport) -> bool:
    """Whether a newer date has come before this one."""
    newer = CarrierReport.objects.filter(package=report.package, expected_at__isnull=False)
    return newer.filter(occurred_at__gt=report.occurred_at).exists()
