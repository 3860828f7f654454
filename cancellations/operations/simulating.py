"""A dry run: what a policy would have said about requests of the past."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cancellations import policies
from cancellations.models import AutoApprovalPolicy
from core.actors import Actor
from core.events.models import Event
from orders.models import Case, Order, OrderItem, OrderStatus

BATCH = 500


@dataclass(frozen=True)
class Held:
    """A request that a person would have had to answer, and the rule that says so."""

    case: Case
    rule: str

    @property
    def why(self) -> str:
        return policies.rule_in_words(self.rule)


@dataclass
class DryRun:
    """What a policy would have said: of `total` requests `approved` by itself; `held` the rest,
    newest first."""

    total: int = 0
    approved: int = 0
    held: list[Held] = field(default_factory=list)


def simulate_policy(candidate: AutoApprovalPolicy, since: datetime, *, actor: Actor) -> DryRun:
    """Ask the policy about every request since then, as things stood when it was made.

    The same pure function as the evaluation, on the statuses, amount and moment that the event
    log knows. Writes nothing; leaves out imported requests and what sellers rejected, which no
    policy was asked about. For an Admin of the marketplace; raises NotAllowed.
    """
    if refusal := policies.may_change_settings(actor):
        raise refusal
    asked = Event.objects.filter(
        type="cancellation.requested", recorded_at__gte=since, imported=False
    )
    run = DryRun()
    for batch in _batches(asked.order_by("-pk").iterator(chunk_size=BATCH)):
        _judge(candidate, batch, run)
    return run


def _judge(candidate: AutoApprovalPolicy, batch: list[Event], run: DryRun) -> None:
    orders = Order.objects.in_bulk({event.order_id for event in batch})
    statuses = _Statuses({item for event in batch for item in event.data["items"]})
    held: list[tuple[int, str]] = []
    for event in batch:
        verdict = policies.verdict_of(
            candidate,
            orders[event.order_id],
            [statuses.before(event.pk, item) for item in event.data["items"]],
            amount=event.data["estimate"],
            now=event.occurred_at or event.recorded_at,
        )
        run.total += 1
        if verdict.approved:
            run.approved += 1
        else:
            held.append((event.subject_id, verdict.rule))
    cases = Case.objects.select_related("order", "seller").in_bulk([pk for pk, _rule in held])
    run.held += [Held(cases[pk], rule) for pk, rule in held]


class _Statuses:
    """How items stood at a place in the event log."""

    def __init__(self, item_ids: Iterable[int]):
        moves = (
            Event.objects.filter(subject_type=OrderItem.EVENT, subject_id__in=item_ids)
            .filter(data__has_key="to")
            .order_by("pk")
            .values_list("subject_id", "pk", "data__to")
        )
        self._moves: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for item_id, event_id, status in moves:
            self._moves[item_id].append((event_id, status))

    def before(self, event_id: int, item_id: int) -> str:
        """An item that had not moved yet waited for packaging, as every item does at first."""
        moves = self._moves[item_id]
        place = bisect_left(moves, (event_id,))
        return moves[place - 1][1] if place else OrderStatus.WAITING_PACKAGING


def _batches(events: Iterator[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
