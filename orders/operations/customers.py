"""From the e-mail address of an order to the person who signs in with it."""

from collections.abc import Collection

from django.db import transaction

from core.accounts.models import User
from orders.models import Customer


def knows_email(email: str) -> bool:
    """Whether some order was placed with this address, in whatever case it was written."""
    return bool(email) and Customer.objects.filter(email=email.lower()).exists()


@transaction.atomic
def link_customers(*, user: User, emails: Collection[str]) -> int:
    """Give this user the customers with these addresses, which the caller knows to be *verified*
    (product.md §2). Customers who are linked stay so. Returns how many were linked now.

    A user without a name or a language takes those of the customer. Called at each sign-in, so
    that orders placed since are found.
    """
    addresses = [email.lower() for email in emails if email]  # intake writes them in lower case
    customers = list(
        Customer.objects.select_for_update().filter(email__in=addresses, user=None).order_by("pk")
    )
    Customer.objects.filter(pk__in=[customer.pk for customer in customers]).update(user=user)
    _introduce(user, customers)
    return len(customers)


def _introduce(user: User, customers: list[Customer]) -> None:
    name = next((customer.name for customer in customers if customer.name), "")
    language = next((customer.language for customer in customers if customer.language), "")
    user.name, user.language = user.name or name[:120], user.language or language
    user.save(update_fields=["name", "language"])
