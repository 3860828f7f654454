"""What the one who asked for an export is told of it: by mail, and under the bell."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy

from core import formats
from core.accounts.models import User
from core.actors import Role
from core.exports.models import Export, ExportSchedule
from core.notifications.operations import mail, notify

on_reader_day = lazy(formats.day, str)  # worded in the mail's language and time zone


def tell_ready(export: Export) -> None:
    """A link that leads through the sign-in to the download."""
    assert export.expires_at is not None, "a file that is there has its days"
    address = reverse(f"{export.actor_role}:export_download", args=[export.number])
    facts = {
        "rows": export.rows,
        "expires": on_reader_day(export.expires_at),
        "download_url": settings.BASE_URL + address,
    }
    _write(export, "export_ready", facts)
    _ring(export, "export_ready")


def tell_failed(export: Export) -> None:
    _write(export, "export_failed", {"reason": export.job.last_error})
    _ring(export, "export_failed")


def tell_stopped(schedule: ExportSchedule) -> None:
    """Why a schedule makes no more files."""
    since = schedule.next_run_at.isoformat()
    notify(
        user_ids=[schedule.user_id],
        role=Role(schedule.actor_role),
        seller_id=schedule.seller_id,
        template="export_schedule_stopped",
        data={"name": schedule.name, "reason": schedule.stopped_because},
        url=reverse(f"{schedule.actor_role}:export_schedule_list"),
        dedupe_key=f"export_schedule_stopped:{schedule.pk}:{since}",
    )


def _write(export: Export, template: str, more: dict[str, Any]) -> None:
    reader = User.objects.get(pk=export.user_id)
    page = reverse(f"{export.actor_role}:export_detail", args=[export.number])
    mail(
        to=reader.email if reader.is_active else "",
        template=template,
        context={
            "title": export.job.title,
            "number": export.number,
            "export_url": settings.BASE_URL + page,
            **more,
        },
        language=export.language,
        time_zone=export.zone,
        dedupe_key=f"{template}:{export.pk}",
        seller_id=export.seller_id,
    )


def _ring(export: Export, template: str) -> None:
    notify(
        user_ids=[export.user_id],
        role=Role(export.actor_role),
        seller_id=export.seller_id,
        template=template,
        data={"number": export.number, "title": export.job.title, "rows": export.rows},
        url=reverse(f"{export.actor_role}:export_detail", args=[export.number]),
        dedupe_key=f"{template}:{export.pk}",
    )
