"""Where two acts meet: one order in some state, and the people around it."""

from dataclasses import dataclass, field
from itertools import count

from django.utils import timezone

from cancellations.models import AutoApprovalPolicy, CancellationRequest
from cancellations.operations import (
    Selection,
    evaluate_cancellation,
    reject_request_items,
    request_cancellation,
)
from core.accounts.models import ApiToken
from core.accounts.operations import create_token
from core.actors import Actor, Role
from core.deadlines.models import Deadline
from orders.models import Order, OrderItem
from packages.models import Package
from packages.operations import ship_package, start_packaging
from refunds.models import RefundAttempt, RefundPlan
from refunds.operations import execute_plan
from sellers.models import Seller
from tests.factories import line, make_member, make_order, make_owner, make_seller, make_user
from tests.proofs.provider import ProviderInProcess

CARRIER = Actor(Role.CARRIER)
_numbers = count(1)


@dataclass
class People:
    """Who acts in all scenes; made once, because an account takes longer than an order."""

    shop: Seller = field(default_factory=make_seller)
    seller: Actor = field(init=False)
    owner: Actor = field(default_factory=make_owner)
    customer: Actor = field(init=False)
    provider: ProviderInProcess = field(default_factory=ProviderInProcess)

    def __post_init__(self) -> None:
        self.seller = make_member(self.shop)
        self.customer = Actor(Role.CUSTOMER, user_id=make_user().pk)


class Scene:
    """One order of one line, `units` of 10.00 and 1.00 shipping, and perhaps of a second one,
    captured by a card and a voucher, so that its whole refund has two parts."""

    def __init__(self, people: People, units: int = 1, others: int = 0):
        self.people = people
        price = 1000 * units + 500 * others
        lines = [line(people.shop, units, 1000, 0, 100), line(people.shop, others, 500, 0, 0)]
        self.order: Order = make_order(
            lines=lines if others else lines[:1],
            payments=[("credit_card", price // 2), ("voucher", price - price // 2 + 100)],
            number=f"PAIR-{next(_numbers)}-{people.shop.pk}",
            customer=f"everybody-{people.shop.pk}",
        )
        if self.order.customer.user_id is None:
            self.order.customer.user_id = people.customer.user_id
            self.order.customer.save(update_fields=["user"])
        self.item = OrderItem.objects.filter(order=self.order).earliest("pk")
        self.package: Package
        self.token: ApiToken
        self.secret: str

    # -- What is there, as it is now --------------------------------------------------------

    @property
    def request(self) -> CancellationRequest:
        return CancellationRequest.objects.filter(case__order=self.order).earliest("pk")

    @property
    def plan(self) -> RefundPlan:
        return RefundPlan.objects.filter(order=self.order).earliest("pk")

    def choice(self, units: int | None = None, reason: str = "changed_mind") -> list[Selection]:
        return [Selection(self.item.pk, units or self.item.quantity, reason)]

    def standing(self) -> str:
        """items/cases/plans, each by its status: "shipped/rejected/void"."""
        of_order = {"order": self.order}
        groups = [
            OrderItem.objects.filter(**of_order),
            self.order.cases.all(),
            RefundPlan.objects.filter(**of_order),
        ]
        return "/".join(
            " ".join(sorted(group.values_list("status", flat=True))) or "-" for group in groups
        )

    def payouts(self) -> list[int]:
        """How often each key of this order was really paid."""
        keys = RefundAttempt.objects.filter(part__order=self.order).order_by("pk")
        journal = self.people.provider.payouts
        return [journal[key] for key in keys.values_list("idempotency_key", flat=True)]


def placed(people: People) -> Scene:
    return Scene(people)


def placed_three(people: People) -> Scene:
    return Scene(people, units=3)


def packed(people: People) -> Scene:
    scene = Scene(people)
    scene.package = start_packaging(order=scene.order, items=[scene.item], actor=people.seller)
    return scene


def shipped(people: People) -> Scene:
    scene = packed(people)
    ship_package(package=scene.package, actor=people.seller)
    return scene


def _ask(scene: Scene) -> Scene:
    request_cancellation(order=scene.order, selections=scene.choice(), actor=scene.people.customer)
    return scene


def asked(people: People) -> Scene:
    """The customer asked; nobody has looked at it yet."""
    return _ask(Scene(people))


def asked_packed(people: People) -> Scene:
    return _ask(packed(people))


def held(people: People) -> Scene:
    """Packed, asked, and left to the seller by the owner's policy; the clock runs."""
    scene = asked_packed(people)
    AutoApprovalPolicy.objects.create(up_to_amount=0, currency=scene.order.currency)
    evaluate_cancellation(request_id=scene.request.pk)
    AutoApprovalPolicy.objects.all().delete()
    return scene


def silent(people: People, action: str = "approve") -> Scene:
    """Held, and nobody has answered in time."""
    scene = held(people)
    past = timezone.now().replace(year=2020)
    clock = Deadline.objects.open().of(scene.request.case)
    clock.update(started_at=past, due_at=past, next_attempt_at=past, action=action)
    return scene


def silent_rejects(people: People) -> Scene:
    return silent(people, "reject")


def turned_down(people: People) -> Scene:
    """Packed, asked, held, and rejected by the seller."""
    scene = held(people)
    reject_request_items(scene.request, actor=people.seller, reason_note="It is on its way.")
    return scene


def approved(people: People) -> Scene:
    """Cancelled; the plan may be paid."""
    scene = asked(people)
    evaluate_cancellation(request_id=scene.request.pk)
    return scene


def _paid_with(people: People, *ways: str) -> Scene:
    scene = approved(people)
    people.provider.plan(*ways)
    execute_plan(plan_id=scene.plan.pk)
    undecided = RefundAttempt.objects.undecided().filter(part__order=scene.order)
    undecided.update(next_check_at=timezone.now())
    return scene


def unknown_paid(people: People) -> Scene:
    """The provider paid and did not say so; it is time to ask."""
    return _paid_with(people, "breaks_after", "breaks_after")


def unknown_unpaid(people: People) -> Scene:
    """The provider did nothing and did not say so; it is time to ask."""
    return _paid_with(people, "breaks_before", "breaks_before")


def refused(people: People) -> Scene:
    """The provider has refused one part for good and paid the other."""
    return _paid_with(people, "refuses", "pays")


def with_token(people: People) -> Scene:
    scene = Scene(people)
    scopes = ["orders:read"]
    scene.token, scene.secret = create_token(name="pair", scopes=scopes, actor=people.owner)
    return scene
