"""One photo, named by two requests at the same moment."""

import pytest

from core.errors import DomainError
from returns.models import ReturnEvidence, ReturnRequest
from returns.operations import request_return
from tests.concurrency.threads import at_once
from tests.factories import items_of, make_customer
from tests.people import user_of
from tests.returns.acts import delivered_order, select, stored_file

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def test_a_file_is_held_once():
    orders = [delivered_order() for _order in range(2)]
    customer = make_customer(orders[0])
    make_customer(orders[1], user_of(customer))
    photo = stored_file(customer)

    def ask_about(order):
        selection = select(items_of(order)[0], files=(photo,))
        return lambda: request_return(order=order, selections=[selection], actor=customer)

    found = at_once(*(ask_about(order) for order in orders))

    refused = [one for one in found if isinstance(one, DomainError)]
    assert [(one.code, one.field) for one in refused] == [("twice", "items/0/files")]
    assert ReturnEvidence.objects.count() == ReturnRequest.objects.count() == 1
