"""Many shipments in one call: checked at once, shipped by a worker one by one."""

from collections import Counter
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from core.api.views import ActEndpoint
from core.errors import DomainError, InvalidInput
from core.jobs.models import Job
from packages.bulk import Action, Entry, start_entries
from packages.foresight import foresee_entries
from packages.models import Package
from packages.serializers import ShipmentsInput, ShipmentsShape


class Checked(NamedTuple):
    """A row with what is against it; without a problem it ships."""

    entry: Entry
    problem: DomainError | None


class Shipments(NamedTuple):
    job: Job | None
    rows: list[Checked]


class PackageShipments(ActEndpoint):
    """Ship up to 500 packages. Each row is checked at once and answered for; the good ones ship
    as a job (202), whose rows tell what became of each. No good row: no job (200).

    Each package ships in its own transaction: one that is refused stops no other.
    """

    model = Package
    write_scope = "packages:write"
    input_class = ShipmentsInput
    serializer_class = ShipmentsShape

    @extend_schema(request=ShipmentsInput, responses={200: ShipmentsShape, 202: ShipmentsShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def perform(self, data: dict, **url) -> Shipments:
        actor = self.request.actor
        entries = [_entry(row) for row in data["packages"]]
        named = Counter(entry.number for entry in entries)
        rows = [
            Checked(seen.entry, _twice() if named[seen.entry.number] > 1 else seen.refusal)
            for seen in foresee_entries(Action.SHIP, entries, actor=actor)
        ]
        good = [row.entry for row in rows if row.problem is None]
        job = start_entries(Action.SHIP, good, actor=actor) if good else None
        self.success_status = 202 if job else 200
        return Shipments(job, rows)

    def present(self, result: Shipments) -> dict[str, Any]:
        return {
            "job": result.job.number if result.job else None,
            "packages": [_row(checked) for checked in result.rows],
        }

    def location_of(self, result: Shipments) -> str | None:
        return reverse("api:job_detail", args=[result.job.number]) if result.job else None


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        number=row["package"],
        tracking_number=row.get("tracking_number", ""),
        delivery_option=row.get("delivery_option", ""),
        anyway=row["ship_anyway"],
    )


def _row(checked: Checked) -> dict[str, Any]:
    problem = checked.problem
    return {
        "package": checked.entry.number,
        "accepted": problem is None,
        "problem": {"code": problem.code, "detail": str(problem), "allowed": problem.allowed}
        if problem
        else None,
    }


def _twice() -> InvalidInput:
    return InvalidInput(_("Name each package once."), code="named_twice")
