"""What an order has that may be returned, and what is chosen of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from core.actors import Actor
from core.errors import DomainError
from core.evidence.models import StoredFile
from orders.models import Order, OrderItem, Reason
from orders.operations.replacing import paid_units_of
from orders.operations.selecting import MoreRules, Selection
from packages.models import PackageItem
from refunds.models import RefundLine, RefundPlan
from returns import policies
from returns.models import Dispute, ReturnItem, ReturnRequest
from returns.policies import Grounds, NotReturnable
from returns.rules import policies_of


@dataclass(frozen=True)
class ReturnSelection(Selection):
    """So many units of one item, why, and photos or documents of it, stored already."""

    files: Sequence[StoredFile] = ()


@dataclass(frozen=True)
class Eligible:
    """One item of an order: whether it may be returned now, until when, and else why not."""

    item: OrderItem
    grounds: Grounds
    refusal: NotReturnable | None


def eligibility(order: Order, actor: Actor) -> list[Eligible]:
    """Each item of the order that this actor may see, with what they read before they ask for
    anything. A handful of queries, however many items; writes nothing."""
    items = list(
        OrderItem.objects.visible_to(actor)
        .filter(order=order)
        .select_related("line", "seller")
        .order_by("line__position", "pk")
    )
    grounds, now = grounds_of(items, order.currency), timezone.now()
    return [
        Eligible(item, grounds[item.pk], policies.may_return(item, grounds[item.pk], actor, now))
        for item in items
    ]


def eligibility_of(orders: Iterable[Order], actor: Actor) -> dict[int, list[Eligible]]:
    """{order's pk: its items as `eligibility` tells them}, without the amounts of the rules: they
    decide on which terms something is returned, and not whether it may be. The same handful of
    queries for any number of orders."""
    rows = OrderItem.objects.visible_to(actor).filter(order__in=[order.pk for order in orders])
    items = list(rows.select_related("line", "seller").order_by("order", "line__position", "pk"))
    grounds, now = grounds_of(items, currency=""), timezone.now()
    found: dict[int, list[Eligible]] = defaultdict(list)
    for item in items:
        refusal = policies.may_return(item, grounds[item.pk], actor, now)
        found[item.order_id].append(Eligible(item, grounds[item.pk], refusal))
    return found


def grounds_of(items: Collection[OrderItem], currency: str) -> dict[int, Grounds]:
    """What is known about items, each with its line and seller, by their ids; amounts of the
    rules are minor units of `currency`."""
    book = policies_of(item.seller_id for item in items)
    received = received_at(item.pk for item in items)
    answered = _answered(items)
    paid_for = _paid_for(items)
    part_of = _parts(items)
    found = {}
    for item in items:
        rules = book.rules_for(item.seller_id, item.line.category, currency)
        answer, dispute_open = answered.get(item.pk, ("", False))
        found[item.pk] = Grounds(
            rules=rules,
            window=policies.window_of(rules, received.get(item.pk), item.seller.time_zone),
            answered=answer,
            dispute_open=dispute_open,
            paid_for=item.pk in paid_for,
            part_of=part_of.get(item.pk),
        )
    return found


def received_at(item_ids: Iterable[int]) -> dict[int, datetime]:
    """When the customer got the items that they have got: the delivery of their packages. A past
    that does not know it counts from the shipment, and else from the order."""
    packings = PackageItem.objects.inside().filter(
        item__in=list(item_ids), package__status="delivered"
    )
    columns = ("item", "package__delivered_at", "package__shipped_at", "package__order__placed_at")
    return {
        item_id: delivered or shipped or placed
        for item_id, delivered, shipped, placed in packings.values_list(*columns)
    }


def _answered(items: Iterable[OrderItem]) -> dict[int, tuple[str, bool]]:
    """{item's pk: (the answer that stands, whether its dispute is still open)}."""
    entries = ReturnItem.objects.filter(
        item__in=[item.pk for item in items],
        status__in=(ReturnItem.Status.REJECTED, ReturnItem.Status.SETTLED),
    )
    columns = ("item", "status", "disputed__dispute__status")
    return {
        item_id: (status, dispute not in (None, Dispute.Status.CLOSED))
        for item_id, status, dispute in entries.order_by("pk").values_list(*columns)
    }


def _paid_for(items: Collection[OrderItem]) -> set[int]:
    """Those that a return pays for, though they are still with the customer: they never came
    back, or something else did."""
    here = [item for item in items if item.status != OrderItem.Status.RETURNED]
    entries = ReturnItem.objects.filter(
        item__in=[item.pk for item in here], status=ReturnItem.Status.APPROVED
    )
    cases = set(entries.values_list("item", "case"))
    if not cases:
        return set()
    paid = RefundLine.objects.standing().filter(
        plan__in=RefundPlan.objects.live(), plan__case__in={case_id for _item, case_id in cases}
    )
    known = set(paid.values_list("item", "plan__case"))
    units = paid_units_of([item for item in here if item.pk in {pk for pk, _case in cases}])
    return {pk for pk, case_id in cases if (units[pk].item.pk, case_id) in known}


def _parts(items: Iterable[OrderItem]) -> dict[int, OrderItem]:
    """{pk of an item sent as a missing part: the item that it is a part of}, also where that one
    was returned or exchanged since. What was sent in exchange stands for what came back, and is no
    part."""
    sent_anew = [item for item in items if item.replaces_id]
    if not sent_anew:
        return {}
    exchanged = ReturnItem.objects.filter(
        item__in=[item.replaces_id for item in sent_anew],
        status=ReturnItem.Status.APPROVED,
        request__wish=ReturnRequest.Wish.EXCHANGE,
    )
    came_back = set(exchanged.values_list("item", flat=True))
    money = paid_units_of(sent_anew)
    parts = {
        item.pk: item.replaces_id
        for item in sent_anew
        if item.replaces_id not in came_back or money[item.pk].item.pk == item.pk
    }
    wholes = OrderItem.objects.in_bulk(parts.values())
    return {pk: wholes[of] for pk, of in parts.items()}


def unfit_evidence(actor: Actor) -> MoreRules:
    """The rule about the evidence of all selections of a request, as `choose` asks it of each."""
    given = 0

    def problems_of(
        selection: ReturnSelection, reason: Reason | None, field: str
    ) -> list[DomainError]:
        nonlocal given
        files = selection.files
        problem = policies.fits_evidence(reason, files, actor, field=field, before=given)
        given += len(files)
        return [problem] if problem else []

    return problems_of
