"""A new cancellation is told from the rows that were written: it must read as any other."""

import pytest

from cancellations.reading import just_answered, just_requested
from cancellations.serializers import cancellation
from core.statements import fetched
from tests.cancellations.acts import ask, select
from tests.factories import items_of, line, make_customer, make_order, make_owner, make_seller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("payments", [[], [("voucher", 700), ("credit_card", 5300)]])
def test_what_was_written_reads_as_what_is_read(payments):
    north, south = make_seller(name="North"), make_seller(name="South")
    order = make_order(
        lines=[line(north, 2, 1000, 0, 500), line(south, 3, 1000, 0, 500)], payments=payments
    )
    first, second = items_of(order)
    owner = make_owner()

    made = ask(order, owner, select(second, 1, note="late"), select(first, 2))

    read = just_answered(request.case_id for request in made)
    told = just_requested(made)
    assert [one.seller_name for one in told] == ["North", "South"]
    for actor in (owner, make_customer(order)):
        assert [cancellation(one, actor) for one in told] == [
            cancellation(one, actor) for one in read
        ]
    assert [one.version for one in told] == [one.version for one in read] == [2, 2]


def test_the_events_of_an_act_are_written_in_their_order_and_owed_once():
    order = make_order(sellers=[make_seller(), make_seller()])

    ask(order, make_owner(), *(select(item, item.quantity) for item in items_of(order)))

    written = fetched(
        "SELECT type, seq, (SELECT count(*) FROM events_delivery WHERE event_id = event.id) "
        "FROM events_event event WHERE order_id = %s AND type <> 'order.placed' ORDER BY id",
        [order.pk],
    )
    kinds = [("case.waiting", 1), ("refund_plan.waiting", 1), ("cancellation.requested", 2)]
    assert [(kind, seq) for kind, seq, _owed in written][-6:] == kinds * 2
    assert [owed for _kind, _seq, owed in written][-6:] == [0, 0, 2] * 2
