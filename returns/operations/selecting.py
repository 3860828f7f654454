"""What an order has that may be returned, and what is chosen of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from core.actors import Actor
from core.deadlines.defaults import DEFAULTS
from core.deadlines.models import DeadlineRule
from core.deadlines.schedule import scheduled
from core.errors import DomainError
from core.evidence.models import StoredFile
from core.together import read_together
from orders.models import Order, OrderItem, Reason
from orders.operations.replacing import paid_units_of
from orders.operations.selecting import MoreRules, Rule, Selection
from packages.models import PackageItem
from refunds.models import RefundLine, RefundPlan
from returns import policies
from returns.defaults import WINDOW_STEP
from returns.models import Dispute, ReceivedUnits, ReturnItem, ReturnRequest
from returns.policies import Grounds, NotReturnable
from returns.rules import Policies, concerning

# Answers that an item keeps: one of them stands against the next request.
ANSWERED = (ReturnItem.Status.REJECTED, ReturnItem.Status.SETTLED, ReturnItem.Status.APPROVED)


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


def eligibility_of(items: Collection[OrderItem], actor: Actor) -> dict[int, list[Eligible]]:
    """{order's pk: its items as `eligibility` tells them}, of items that this actor may see, each
    with its line and seller. Without the amounts of the rules: they decide on which terms something
    is returned, and not whether it may be."""
    grounds, now = grounds_of(items, currency=""), timezone.now()
    found: dict[int, list[Eligible]] = defaultdict(list)
    for item in items:
        refusal = policies.may_return(item, grounds[item.pk], actor, now)
        found[item.order_id].append(Eligible(item, grounds[item.pk], refusal))
    return found


def grounds_of(items: Collection[OrderItem], currency: str) -> dict[int, Grounds]:
    """What is known about items, each with its line and seller, by their ids; amounts of the
    rules are minor units of `currency`. One statement, unless something was sent anew."""
    if not items:
        return {}
    known = _known_of(items)
    answered = _answered(known.answers)
    paid_for = _paid_for(items, known)
    part_of = _parts(items, known)
    found = {}
    for item in items:
        rules = known.book.rules_for(item.seller_id, item.line.category, currency)
        answer, dispute_open = answered.get(item.pk, ("", False))
        received = known.received.get(item.pk)
        found[item.pk] = Grounds(
            rules=rules,
            window=policies.window_of(rules, received, item.seller.time_zone),
            answered=answer,
            dispute_open=dispute_open,
            paid_for=item.pk in paid_for,
            unpacked=item.pk in known.unpacked,
            part_of=part_of.get(item.pk),
        )
    return found


class _Answer(NamedTuple):
    """How a return answered one item; `dispute` is the status of the dispute about it, if any."""

    item_id: int
    status: str
    case_id: int
    wish: str
    dispute: str | None


@dataclass(frozen=True)
class _Known:
    """`received`: when the customer got the items that they have got. `answers`: the oldest first;
    `paid`: (item, case) of what returns pay for. `unpacked`: items of which units were counted."""

    book: Policies
    received: dict[int, datetime]
    answers: list[_Answer]
    paid: set[tuple[int, int]]
    unpacked: set[int]

    @property
    def approved(self) -> list[_Answer]:
        return [one for one in self.answers if one.status == ReturnItem.Status.APPROVED]


def _known_of(items: Collection[OrderItem]) -> _Known:
    """All that has to be read about items, in one statement: it is one and the same for any
    number of items of an order."""
    orders = sorted({item.order_id for item in items})
    answers = ReturnItem.objects.filter(item__order__in=orders, status__in=ANSWERED).order_by("pk")
    paid = RefundLine.objects.standing().filter(
        plan__in=RefundPlan.objects.live(), plan__case__in=answers.order_by().values("case")
    )
    counted = ReceivedUnits.objects.filter(entry__item__order__in=orders)
    policy_rows, own_rule, arrivals, answered, paid_rows, counted_rows = read_together(
        concerning(item.seller_id for item in items),
        DeadlineRule.objects.with_calendar().filter(step=WINDOW_STEP),
        _arrivals(orders),
        answers.values_list("item", "status", "case", "request__wish", "disputed__dispute__status"),
        paid.values_list("item", "plan__case"),
        counted.values_list("entry__item"),
    )
    usual = scheduled(own_rule[0] if own_rule else DEFAULTS[WINDOW_STEP])
    return _Known(
        Policies(policy_rows, usual_window=usual),
        {item_id: next(filter(None, moments)) for item_id, *moments in arrivals},
        [_Answer(*answer) for answer in answered],
        set(paid_rows),
        {item_id for (item_id,) in counted_rows},
    )


def _arrivals(orders: Collection[int]) -> QuerySet[PackageItem, tuple]:
    """When the packages of the orders' items were delivered. A past that does not know it counts
    from the shipment, and else from the order."""
    inside = PackageItem.objects.inside()
    packings = inside.filter(item__order__in=orders, package__status="delivered")
    moments = ("package__delivered_at", "package__shipped_at", "package__order__placed_at")
    return packings.values_list("item", *moments)


def _answered(answers: Iterable[_Answer]) -> dict[int, tuple[str, bool]]:
    """{item's pk: (the answer that stands, whether its dispute is still open)}."""
    return {
        one.item_id: (one.status, one.dispute not in (None, Dispute.Status.CLOSED))
        for one in answers
        if one.status != ReturnItem.Status.APPROVED
    }


def _paid_for(items: Iterable[OrderItem], known: _Known) -> set[int]:
    """Those that a return pays for, though they are still with the customer: they never came
    back, or something else did."""
    here = {item.pk: item for item in items if item.status != OrderItem.Status.RETURNED}
    approved = [one for one in known.approved if one.item_id in here]
    units = paid_units_of([here[pk] for pk in {one.item_id for one in approved}])
    return {
        one.item_id for one in approved if (units[one.item_id].item.pk, one.case_id) in known.paid
    }


def _parts(items: Collection[OrderItem], known: _Known) -> dict[int, OrderItem]:
    """{pk of an item sent as a missing part: the item that it is a part of}, also where that one
    was returned or exchanged since. What was sent in exchange stands for what came back, and is no
    part."""
    sent_anew = [item for item in items if item.replaces_id]
    if not sent_anew:
        return {}
    exchange = ReturnRequest.Wish.EXCHANGE
    came_back = {one.item_id for one in known.approved if one.wish == exchange}
    money = paid_units_of(sent_anew)
    parts = {
        item.pk: item.replaces_id
        for item in sent_anew
        if item.replaces_id not in came_back or money[item.pk].item.pk == item.pk
    }
    wholes = {item.pk: item for item in items}
    wholes |= OrderItem.objects.in_bulk(set(parts.values()) - wholes.keys())
    return {pk: wholes[of] for pk, of in parts.items() if of}


def unfit_choice(
    selections: Iterable[ReturnSelection], grounds: Mapping[int, Grounds], actor: Actor
) -> Rule:
    """Why an item, or so many units of it as are selected, cannot be returned now, as `choose`
    asks it of each."""
    units = {selection.item_id: selection.quantity for selection in selections}
    now = timezone.now()

    def refusal_of(item: OrderItem) -> DomainError | None:
        known = grounds[item.pk]
        refusal = policies.may_return(item, known, actor, now)
        return refusal or policies.may_return_units(item, known, units[item.pk])

    return refusal_of


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
