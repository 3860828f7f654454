"""The rows of a request, with keys and numbers that are always the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from cancellations.models import CancellationItem, CancellationRequest
from marketplace.seed.buying import OrderRows, PartRows
from marketplace.seed.ids import number_of
from marketplace.seed.sheets import Sheets
from orders.models import Case, OrderItem
from orders.operations.cases import PREFIX

WHY_CANCELLED = {
    Case.Origin.CUSTOMER: ("changed_mind", "ordered_by_mistake", "found_cheaper", "wrong_address"),
    Case.Origin.SELLER: ("out_of_stock", "out_of_stock", "wrong_price", "cannot_deliver"),
    Case.Origin.OWNER: ("suspected_fraud", "customer_asked"),
}


@dataclass
class Request:
    """A cancellation that somebody has asked for, with its rows."""

    case: Case
    items: Sequence[OrderItem]
    details: CancellationRequest
    entries: list[CancellationItem]
    facts: dict


def origin_of(random: Random) -> Case.Origin:
    origins = (Case.Origin.CUSTOMER, Case.Origin.SELLER, Case.Origin.OWNER)
    return random.choices(origins, (70, 25, 5))[0]


def case_of(
    sheets: Sheets,
    rows: OrderRows,
    part: PartRows,
    kind: str,
    origin: str,
    *,
    opened_at: datetime | None,
) -> Case:
    own = part.seller_order
    pk = sheets.ids.next(Case)
    return sheets.add(
        Case(
            pk=pk,
            number=number_of(PREFIX[kind], pk),
            kind=kind,
            order_id=own.order_id,
            seller_order=own,
            seller_id=own.seller_id,
            origin=origin,
            opened_at=opened_at,
            imported=not rows.live,
            updated_at=opened_at or own.placed_at,
        )
    )


def request_of(sheets: Sheets, case: Case, items: Sequence[OrderItem], random: Random) -> Request:
    estimate = sum(item.captured_product + item.captured_shipping for item in items)
    details = sheets.add(CancellationRequest(case=case, estimate=estimate))
    code = random.choice(WHY_CANCELLED[Case.Origin(case.origin)])
    entries = [
        sheets.add(
            CancellationItem(
                request=details,
                case=case,
                seller_order_id=item.seller_order_id,
                item=item,
                reason_id=sheets.cast.reasons[case.kind, code],
            )
        )
        for item in items
    ]
    facts = {
        "items": [item.pk for item in items],
        "units": sum(item.quantity for item in items),
        "estimate": estimate,
        "reasons": [code],
    }
    return Request(case, items, details, entries, facts)
