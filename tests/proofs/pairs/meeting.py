"""Two acts on one order at the same moment: what may come of each pair.

An outcome is written "first + second = items/cases/plans": what each act came to ("done", or the
code of the refusal), and the statuses in which the order then stands. Whatever is not listed is a
fault; so is any error that is not a refusal, a deadlock above all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.accounts.models import ApiToken
from core.events.models import Event
from orders.models import Order
from tests.proofs.acts import Act
from tests.proofs.scenes import People, Scene


@dataclass(frozen=True)
class Pair:
    """`allowed` holds every outcome there may be; `afterwards` asserts what statuses do not say."""

    name: str
    scene: Callable[[People], Scene]
    first: Act
    second: Act
    allowed: frozenset[str]
    afterwards: Callable[[Scene], None] = field(default=lambda scene: None)


def pair(name: str, scene, first: Act, second: Act, *allowed: str, **more) -> Pair:
    return Pair(name, scene, first, second, frozenset(allowed), **more)


def paid_once(scene: Scene) -> None:
    """Every part was paid exactly once, under exactly one of its keys."""
    succeeded = scene.plan.parts.filter(attempts__status="succeeded").count()
    assert sum(scene.payouts()) == succeeded == scene.plan.parts.count()
    assert max(scene.payouts()) == 1


def handled_once(scene: Scene) -> None:
    passed = Event.objects.filter(order_id=scene.order.pk, type="deadline.passed")
    assert passed.count() == 1


def placed_once(scene: Scene) -> None:
    assert Order.objects.filter(number=f"{scene.order.number}-next").count() == 1


def revoked_once(scene: Scene) -> None:
    assert ApiToken.objects.get(pk=scene.token.pk).revoked_at is not None
    told = Event.objects.filter(
        type="api_token.revoked", subject_type=ApiToken.EVENT, subject_id=scene.token.pk
    )
    assert told.count() == 1


ASKED = "waiting_packaging/waiting/waiting"
ASKED_PACKED = "preparing/waiting/waiting"
CANCELLED = "cancelled/approved/approved"
SHIPPED = "shipped/-/-"
SHIPPED_AFTER_ALL = "shipped/rejected/void"
PAID = "cancelled/approved/completed"
