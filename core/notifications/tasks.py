from celery import shared_task

from core.deadlines import claim_slot
from core.events import nudge
from core.notifications import operations


@shared_task(
    name="core.notifications.send",
    soft_time_limit=operations.MOST_SECONDS - 5,
    time_limit=operations.MOST_SECONDS,
)
def send(*, mail_id: int) -> None:
    operations.send_mail(mail_id=mail_id)


@shared_task(name="core.notifications.send_owed")
def send_owed() -> None:
    """Beat: mail whose nudge was lost, or whose server is to be asked again."""
    if claim_slot("core.notifications.send_owed", 15):
        for mail_id in operations.owed_mail():
            nudge(send, mail_id=mail_id)
