"""One package, as one actor may see it, and what they can do with it now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, Rank
from core.errors import DomainError
from core.together import read_known
from orders.models import Case, OrderItem, OrderLine, SellerOrder
from orders.policies import may_cancel
from orders.presenters import OrderDetail
from orders.timeline import TimelineEntry, timeline_of
from packages import policies
from packages.models import CarrierReport, Package, PackageItem

Status = Package.Status
STATUS_ORDER = {status: place for place, status in enumerate(OrderItem.Status)}
BECOMES = {
    Status.READY_TO_SHIP: "package_ready",
    Status.SHIPPED: "package_ship",
    Status.DELIVERED: "package_deliver",
    Status.DELIVERY_FAILED: "package_fail",
}


@dataclass(frozen=True)
class Action:
    """Something to do with a package: `name` is its address. `refusal` says why not now."""

    name: str
    label: str | Promise
    icon: str
    refusal: str = ""

    @property
    def possible(self) -> bool:
        return not self.refusal


@dataclass
class ProductRow:
    """Items of one line that share a status and a request."""

    line: OrderLine
    status: str
    request: Case | None = None
    items: list[OrderItem] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def numbers(self) -> str:
        return ", ".join(item.number for item in self.items)

    @property
    def item_ids(self) -> str:
        return "-".join(str(item.pk) for item in self.items)

    @property
    def can_cancel(self) -> bool:
        return may_cancel(self.items[0]) is None


def _belongings(actor: Actor, package: int, part: int) -> Sequence[QuerySet]:
    """What is and was in it, the other packages of the same part of the order, and what carriers
    said."""
    packings = PackageItem.objects.filter(package=package)
    others = Package.objects.visible_to(actor).filter(seller_order=part).exclude(pk=package)
    reports = CarrierReport.objects.filter(package=package)
    return (
        packings.select_related("item__line", "item__open_case").order_by(
            "item__line__position", "item__first_unit", "pk"
        ),
        others.shown().order_by("pk"),
        reports.order_by("-occurred_at", "-pk"),
    )


class PackageDetail:
    """A package that was loaded through `visible_to(actor)`; reads the rest in one statement
    when first asked."""

    def __init__(self, package: Package, actor: Actor):
        self.package = package
        self.actor = actor

    @cached_property
    def _belongings(self) -> list[list]:
        package = self.package
        return read_known(
            _belongings, actor=self.actor, package=package.pk, part=package.seller_order_id
        )

    @property
    def _packings(self) -> list[PackageItem]:
        return self._belongings[0]

    @cached_property
    def items(self) -> list[OrderItem]:
        """What is in it."""
        return [packing.item for packing in self._packings if packing.removed_at is None]

    @cached_property
    def rows(self) -> list[ProductRow]:
        """The products by status, the least advanced first."""
        return _grouped(self.items)

    @cached_property
    def left(self) -> list[ProductRow]:
        """What was cancelled after it was packed, and so left the package."""
        gone = [packing.item for packing in self._packings if packing.removed_at is not None]
        return _grouped(item for item in gone if item.status == OrderItem.Status.CANCELLED)

    @property
    def units(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def requests(self) -> list[Case]:
        """Cancellations about what is in it, that wait for an answer."""
        asked = {item.open_case for item in self.items if item.is_unshipped and item.open_case}
        return sorted(asked, key=lambda case: case.number)

    @cached_property
    def seller_order(self) -> SellerOrder:
        return self.package.seller_order

    @property
    def others(self) -> list[Package]:
        """The other packages of the same part of the order."""
        return self._belongings[1]

    @property
    def reports(self) -> list[CarrierReport]:
        return self._belongings[2]

    @property
    def targets(self) -> list[Package]:
        """Where its items can be moved to."""
        return [
            other
            for other in self.others
            if policies.may_move(self.package, other, self.items) is None
        ]

    @cached_property
    def timeline(self) -> list[TimelineEntry]:
        """What happened to this package, newest first."""
        told = timeline_of(OrderDetail(self.package.order, self.actor))
        return [entry for entry in told if entry.number == self.package.number]

    @property
    def can_cancel(self) -> bool:
        """Whether this reader is offered to cancel something of it."""
        return self.actor.has_rank(Rank.MANAGER) and any(row.can_cancel for row in self.rows)

    @cached_property
    def actions(self) -> list[Action]:
        """All that exists, in the order of life; each with why it is not possible now."""
        package, items = self.package, self.items
        is_again = package.status == Status.DELIVERY_FAILED
        ship = gettext_lazy("Ship again") if is_again else gettext_lazy("Ship")
        moves = [
            Action(
                "package_ready", gettext_lazy("Ready to ship"), "package-check",
                self._cannot_become(Status.READY_TO_SHIP),
            ),
            Action("package_ship", ship, "truck", self._cannot_become(Status.SHIPPED)),
            Action(
                "package_deliver", gettext_lazy("Mark as delivered"), "circle-check",
                self._cannot_become(Status.DELIVERED),
            ),
            Action(
                "package_fail", gettext_lazy("Delivery failed"), "triangle-alert",
                self._cannot_become(Status.DELIVERY_FAILED),
            ),
        ]  # fmt: skip
        return [
            *moves,
            Action("package_invoice", self._invoice_words(), "receipt-text",
                   _words(policies.may_invoice(package))),
            Action("package_delivery", gettext_lazy("Change delivery setting"), "settings-2",
                   _words(policies.may_change_delivery(package))),
            Action("package_split", gettext_lazy("Create new package"), "split",
                   _words(policies.may_split(package, items))),
            Action("package_move", gettext_lazy("Move items"), "arrow-left-right",
                   self._cannot_move()),
        ]  # fmt: skip

    @property
    def next_action(self) -> Action | None:
        """What most people do next with a package in this state."""
        wanted = {
            Status.PREPARING: "package_ship",
            Status.READY_TO_SHIP: "package_ship",
            Status.SHIPPED: "package_deliver",
            Status.DELIVERY_FAILED: "package_ship",
        }.get(Status(self.package.status))
        return next((one for one in self.actions if one.name == wanted and one.possible), None)

    @property
    def further_actions(self) -> list[Action]:
        return [one for one in self.actions if one.possible and one != self.next_action]

    @property
    def impossible_actions(self) -> list[Action]:
        """With why not; what it has become already is not worth saying."""
        been = BECOMES.get(Status(self.package.status))
        return [one for one in self.actions if not one.possible and one.name != been]

    def action(self, name: str) -> Action:
        return next(one for one in self.actions if one.name == name)

    def _invoice_words(self) -> str | Promise:
        given = self.package.invoice_number
        return gettext_lazy("Replace invoice") if given else gettext_lazy("Give invoice")

    def _cannot_become(self, status: str) -> str:
        if status == Status.DELIVERED and self.package.status in policies.OPEN:
            return ""  # it ships first
        return _words(policies.may_become(self.package, status))

    def _cannot_move(self) -> str:
        if self.package.status != Status.PREPARING:
            return _("Only between packages that are being prepared.")
        if not self.targets:
            return _("This order has no other package that is being prepared.")
        return ""


def _words(refusal: DomainError | None) -> str:
    return str(refusal or "")


def _grouped(items) -> list[ProductRow]:
    rows: dict[tuple, ProductRow] = {}
    ordered: Sequence[OrderItem] = sorted(items, key=lambda item: STATUS_ORDER[item.status])
    for item in ordered:
        key = (item.status, item.line_id, item.open_case_id)
        rows.setdefault(key, ProductRow(item.line, item.status, item.open_case)).items.append(item)
    return list(rows.values())
