"""Paying for an order with store credit: no more than what the customer has left."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.errors import DomainError, Problems
from finance.credit import CreditKey, lock_credit
from orders.incoming import NewOrder
from orders.models import Customer

STORE_CREDIT = "store_credit"  # the method of a payment


class CreditNotLeft(DomainError):
    """The customer has less store credit than the order spends; `allowed` says how much."""

    code = "store_credit_not_left"


def refuse_overdrawn(batch: Sequence[NewOrder]) -> None:
    """Lock the store credit that these new orders spend, and refuse what is not there.

    Several orders of one customer spend it in their order. Costs nothing where none is spent.
    Raises CreditNotLeft, or Problems, each by its payment ("payments/1/amount").
    """
    spending = [new for new in batch if spent_credit(new)]
    if not spending:
        return
    left = _left_of(spending)
    problems: list[DomainError] = []
    for new in spending:
        purse = (new.channel, new.customer.external_id, new.currency)
        for position, payment in enumerate(new.payments):
            if payment.method != STORE_CREDIT:
                continue
            if payment.amount > left[purse]:
                problems.append(
                    CreditNotLeft(
                        _("This customer does not have that much store credit left."),
                        field=f"payments/{position}/amount",
                        allowed=[str(left[purse])],
                    )
                )
            else:
                left[purse] -= payment.amount
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)


def spent_credit(new: NewOrder) -> int:
    """What the order pays out of the customer's store credit, minor units."""
    return sum(payment.amount for payment in new.payments if payment.method == STORE_CREDIT)


def _left_of(batch: Sequence[NewOrder]) -> dict[tuple[str, str, str], int]:
    """{(channel, customer, currency): what is left}, with the accounts locked."""
    known = Customer.objects.filter(
        channel__in={new.channel for new in batch},
        external_id__in={new.customer.external_id for new in batch},
    )
    pk_of = {(one.channel, one.external_id): one.pk for one in known}
    keys: dict[tuple[str, str, str], CreditKey] = {
        (new.channel, new.customer.external_id, new.currency): (pk, new.currency)
        for new in batch
        if (pk := pk_of.get((new.channel, new.customer.external_id))) is not None
    }
    accounts = lock_credit(keys.values())
    left: dict[tuple[str, str, str], int] = defaultdict(int)
    for purse, key in keys.items():
        left[purse] = accounts[key][1] if key in accounts else 0
    return left
