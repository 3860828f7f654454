"""Promising mail and notifications, and keeping the promise."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.db.models import ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone

from core.actors import Actor, Role
from core.counts import counted_each
from core.events import nudge
from core.notifications.models import Mail, Notification
from core.notifications.wording import write_mail
from core.statements import Chosen

logger = logging.getLogger(__name__)
# Longer than the task may run, so that two workers never send one mail; and short, so that the
# mail of a killed worker is sent within a minute.
MOST_SECONDS = 30
LEASE = timedelta(seconds=MOST_SECONDS + 5)
MOST_ATTEMPTS = 8  # over about two hours
SMTP_SECONDS = 20


@transaction.atomic
def mail(
    *,
    to: str,
    template: str,
    context: Mapping[str, Any],
    language: str,
    dedupe_key: str,
    order_id: int | None = None,
    seller_id: int | None = None,
    time_zone: str = "",
) -> Mail | None:
    """Owe `to` a mail, in the caller's transaction; sent after the commit.

    One mail per `dedupe_key`: a second call, from anywhere, returns the first one's row. Without
    an address there is nothing to owe: None. Raises TemplateDoesNotExist.
    """
    if not to:
        return None
    known = Mail.objects.filter(dedupe_key=dedupe_key).first()
    if known:
        return known
    words = write_mail(template, context, language, time_zone)
    owed, created = Mail.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "to": to,
            "subject": words.subject,
            "text": words.text,
            "html": words.html,
            "language": words.language,
            "template": template,
            "order_id": order_id,
            "seller_id": seller_id,
            "message_id": _message_id(dedupe_key),
            "next_attempt_at": Now(),
        },
    )
    if created:
        transaction.on_commit(partial(_nudge, owed.pk))
    return owed


def _message_id(dedupe_key: str) -> str:
    host = settings.BASE_URL.split("//")[-1].split("/")[0].split(":")[0]
    return f"<{uuid5(NAMESPACE_URL, f'{settings.BASE_URL}#{dedupe_key}')}@{host}>"


def _nudge(mail_id: int) -> None:
    from core.notifications.tasks import send

    nudge(send, mail_id=mail_id)


def send_mail(*, mail_id: int) -> None:
    """Hand an owed mail to the mail server. Safe to run twice, or on two workers at once.

    The lease is committed first, no transaction is open while the server is spoken to. A server
    that fails is tried again, later each time; after eight attempts the mail is given up.
    """
    owed = _lease(mail_id)
    if owed is None:
        return
    try:
        _send(owed)
    except Exception as error:
        logger.warning("Mail %s was not sent: %s", mail_id, error)
        _put_off(owed, error)
    else:
        Mail.objects.filter(pk=mail_id).update(sent_at=Now(), last_error="")


@transaction.atomic
def _lease(mail_id: int) -> Mail | None:
    owed = Mail.objects.due().filter(pk=mail_id).select_for_update(skip_locked=True).first()
    if owed is None:
        return None
    if owed.attempts >= MOST_ATTEMPTS:  # the last one never came back to say why
        _give_up(owed, owed.last_error or "The worker was lost each time.")
        return None
    owed.attempts += 1
    Mail.objects.filter(pk=mail_id).update(attempts=F("attempts") + 1, next_attempt_at=_in(LEASE))
    return owed


def _send(owed: Mail) -> None:
    message = EmailMultiAlternatives(
        subject=owed.subject,
        body=owed.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[owed.to],
        headers={"Message-ID": owed.message_id, "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=SMTP_SECONDS),
    )
    if owed.html:
        message.attach_alternative(owed.html, "text/html")
    message.send()


def _put_off(owed: Mail, error: Exception) -> None:
    words = f"{type(error).__name__}: {error}"[:2000]
    if owed.attempts >= MOST_ATTEMPTS:
        _give_up(owed, words)
        return
    Mail.objects.filter(pk=owed.pk).update(
        last_error=words, next_attempt_at=_in(timedelta(seconds=30 * 2 ** (owed.attempts - 1)))
    )


def _give_up(owed: Mail, words: str) -> None:
    Mail.objects.filter(pk=owed.pk).update(last_error=words, dead_at=Now())
    logger.error("Mail %s is given up after %s tries.", owed.pk, owed.attempts)


def owed_mail(*, limit: int = 200) -> list[int]:
    """Mail nobody has sent in time: its task was lost, or failed and is due again."""
    overdue = Mail.objects.owed().filter(next_attempt_at__lte=_in(timedelta(seconds=-5)))
    return list(overdue.order_by("next_attempt_at").values_list("pk", flat=True)[:limit])


def _in(span: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + span, output_field=models.DateTimeField())


def notify(
    *,
    user_ids: Sequence[int],
    role: Role,
    template: str,
    url: str,
    dedupe_key: str,
    data: Mapping[str, Any] | None = None,
    seller_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Put a line under the bell of these people on one surface, once per person and key.

    `data` is JSON for `templates/notifications/<template>.txt`: numbers of things, no names.
    """
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user_id,
                role=role,
                seller_id=seller_id,
                template=template,
                data=dict(data or {}),
                url=url,
                order_id=order_id,
                dedupe_key=dedupe_key,
            )
            for user_id in user_ids
        ],
        ignore_conflicts=True,
    )


def unread(actor: Actor | None) -> Chosen | None:
    """`visible_to(actor).unread()` by hand, because every page asks how many there are."""
    if actor is None or actor.user_id is None:
        return None
    statement = """SELECT id FROM notifications_notification
        WHERE user_id = %s AND role = %s AND read_at IS NULL"""
    if actor.role is Role.SELLER:
        return f"{statement} AND seller_id = %s", [actor.user_id, actor.role, actor.seller_id]
    return statement, [actor.user_id, actor.role]


def unread_count(actor: Actor | None) -> int:
    """How many lines under this actor's bell are new: one query."""
    return counted_each([unread(actor)])[0]


def mark_read(*, actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Read these, or all; returns how many were new."""
    unread = Notification.objects.visible_to(actor).unread()
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())
