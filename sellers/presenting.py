"""What a seller may choose from, for forms and answers."""

from sellers.models import DeliveryOption


def offered_options(seller_id: int) -> list[DeliveryOption]:
    """The ways of delivery this seller may newly choose, by priority, each with its company.

    Active options of active companies that the seller uses; all of them for a seller who has not
    chosen any. "Other" is not among them: it is a carrier's name in words.
    """
    return list(DeliveryOption.objects.offered_to(seller_id).select_related("company").ranked())
