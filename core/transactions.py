"""Transactions without a savepoint for each of the small steps that an act is made of."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

Given = ParamSpec("Given")
Result = TypeVar("Result")


def joined(operation: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run in the transaction that is open, else in one of its own.

    `transaction.atomic` would add a savepoint, two round trips, to every step of an act. So this
    is for operations that refuse before they write: whoever catches the refusal goes on with
    nothing half done. What fails after that must end the caller's transaction.
    """

    @wraps(operation)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        if connection.in_atomic_block:
            return operation(*args, **kwargs)
        with transaction.atomic():
            return operation(*args, **kwargs)

    return run
