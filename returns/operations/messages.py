"""What the parties say about a return, and who reads it."""

from collections.abc import Sequence

from django.db import transaction

from core.actors import Actor, Role
from core.evidence.models import StoredFile
from orders.models import Case
from orders.operations import lock_order
from returns import dispute_policies as policies
from returns.models import Dispute, ReturnEvidence, ReturnMessage
from returns.operations.attaching import attach

WRITTEN = "return.message_written"


@transaction.atomic
def write_message(
    case: Case,
    *,
    text: str,
    actor: Actor,
    for_customer: bool = True,
    for_seller: bool = True,
    files: Sequence[StoredFile] = (),
) -> ReturnMessage:
    """Say something about a return, with files that the same people see.

    The owner reads all; who else does, its writer says. For nobody else it is a note among the
    marketplace's own people. Raises NotAllowed, NotInDispute, NoteRequired, InvalidInput.
    """
    lock_order(case.order_id)
    case.refresh_from_db()
    disputed = Dispute.objects.filter(case=case).exclude(status=Dispute.Status.CLOSED).exists()
    if refusal := policies.may_write(case, actor, disputed=disputed):
        raise refusal
    message = say(case, text, files, actor=actor, for_customer=for_customer, for_seller=for_seller)
    case.note(
        WRITTEN,
        actor=actor,
        message=message.pk,
        files=len(files),
        hidden_from=hidden_from(message),
    )
    return message


def say(
    case: Case,
    text: str,
    files: Sequence[StoredFile],
    *,
    actor: Actor,
    for_customer: bool = True,
    for_seller: bool = True,
) -> ReturnMessage:
    """Write the message and attach its files; recorded by whoever calls. The order is locked."""
    text = text.strip()
    before = ReturnEvidence.objects.filter(case=case, given_by_role=actor.role).count()
    if refusal := policies.fits_text(text) or policies.fits_files(len(files), before):
        raise refusal
    for_customer, for_seller = policies.readers_of(
        actor, for_customer=for_customer, for_seller=for_seller
    )
    message = ReturnMessage.objects.create(
        case=case,
        author_role=actor.role,
        author_id=actor.user_id,
        text=text,
        for_customer=for_customer,
        for_seller=for_seller,
    )
    attach(
        files,
        case=case,
        actor=actor,
        message=message,
        for_customer=for_customer,
        for_seller=for_seller,
    )
    return message


def hidden_from(message: ReturnMessage) -> list[str]:
    """The roles that do not read of it in the record either."""
    seen = {Role.CUSTOMER: message.for_customer, Role.SELLER: message.for_seller}
    return [str(role) for role, sees in seen.items() if not sees]
