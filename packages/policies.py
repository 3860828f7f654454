"""Pure rules about packages: asked by buttons and by operations."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.errors import DomainError, InvalidInput, InvalidTransition, NotAllowed
from orders.models import OrderItem, OrderStatus
from packages.models import Package
from sellers.models import DeliveryOption

Status = Package.Status
Refusal = DomainError | None

SENDERS = {Role.SELLER, Role.OWNER, Role.SYSTEM}
OPEN = (Status.PREPARING, Status.READY_TO_SHIP)
LONGEST_CARRIER = LONGEST_TRACKING = 80
NOT_UNDER_WAY = (*OPEN, Status.DELIVERY_FAILED)


class NotPackable(DomainError):
    """It is in a package already, or has ended."""

    code = "not_packable"


class NotRepackable(DomainError):
    """What is in this package stays as it is: it is closed, or nothing would stay."""

    code = "not_repackable"


class RequestWaiting(DomainError):
    """A request about the item waits for an answer, and speaks of it where it is."""

    code = "request_waiting"


class CustomerAskedToCancel(DomainError):
    """Shipping now would overrule a request that waits for an answer (product.md §4.6)."""

    code = "cancellation_waiting"


class ReturnOpen(DomainError):
    """The delivery failed, and a return was opened of it: it does not go out once more."""

    code = "return_open"


class OptionNotOffered(InvalidInput):
    """A way of delivery that this seller cannot choose any more, or never could."""

    code = "option_not_offered"


class NotInvoiceable(DomainError):
    """The package has no use for an invoice, or has one that the customer holds already."""

    code = "not_invoiceable"


def may_send(actor: Actor, seller_id: int) -> Refusal:
    """Why this actor may not pack and ship for this seller: a seller only for itself, from
    Employee on; the owner may do all that a seller may (product.md §8)."""
    if actor.role not in SENDERS or (actor.role is Role.SELLER and actor.seller_id != seller_id):
        return NotAllowed(_("Only the seller or the marketplace owner packs and ships."))
    return None


def may_report_delivery(actor: Actor, seller_id: int) -> Refusal:
    """A carrier, through the API, knows best; otherwise who ships."""
    return None if actor.role is Role.CARRIER else may_send(actor, seller_id)


# -- What is in it --------------------------------------------------------------------------


def may_pack(items: Sequence[OrderItem]) -> Refusal:
    """Why these items cannot go into a new package together."""
    if not items:
        return InvalidInput(_("A package needs at least one item."), field="items")
    if len({item.seller_order_id for item in items}) > 1:
        return NotPackable(_("Items of different sellers do not travel together."), field="items")
    for item in items:
        if item.status != OrderStatus.WAITING_PACKAGING:
            return NotPackable(
                _("%(name)s is %(status)s; only what waits for packaging can be packed.")
                % {"name": item.line.name, "status": item.get_status_display()},
                field="items",
                allowed=[OrderStatus.WAITING_PACKAGING],
            )
    return None


def may_split(
    package: Package, items: Collection[OrderItem], units: Mapping[int, int] | None = None
) -> Refusal:
    """Why `units` {item id: units} of the package's `items` cannot become a package of their own.

    Without `units`: whether any could. At least one unit stays behind.
    """
    if refusal := _may_repack(package):
        return refusal
    there = sum(item.quantity for item in items)
    if there < 2:
        return NotRepackable(_("There is only one unit in it; it cannot be divided."))
    if units is None:
        return None
    if refusal := _may_take_out(items, units):
        return refusal
    if sum(min(units.get(item.pk, 0), item.quantity) for item in items) >= there:
        return NotRepackable(
            _("At least one unit stays in package %(number)s.") % {"number": package.number},
            field="items",
        )
    return None


def may_move(
    source: Package,
    target: Package,
    items: Collection[OrderItem],
    units: Mapping[int, int] | None = None,
) -> Refusal:
    """Why `units` {item id: units} of the source's `items` cannot go over into `target`.

    Without `units`: whether any could. All of them may: an emptied package ends.
    """
    if source.pk == target.pk:
        return NotRepackable(_("They are in this package already."), field="package")
    if source.seller_order_id != target.seller_order_id:
        return NotRepackable(
            _("Items move only between packages of one order and one seller."), field="package"
        )
    if refusal := _may_repack(source) or _may_repack(target):
        return refusal
    return None if units is None else _may_take_out(items, units)


def _may_repack(package: Package) -> Refusal:
    if package.status == Status.PREPARING:
        return None
    return NotRepackable(
        _("Package %(number)s is %(status)s; only one that is being prepared can be repacked.")
        % {"number": package.number, "status": package.get_status_display()},
        allowed=[Status.PREPARING],
    )


def _may_take_out(items: Iterable[OrderItem], units: Mapping[int, int]) -> Refusal:
    if not units:
        return InvalidInput(_("Choose at least one item."), field="items")
    for item in items:
        if item.pk in units and item.open_case is not None:
            return RequestWaiting(
                _("Request %(request)s about %(name)s waits for an answer. Answer it first.")
                % {"request": item.open_case.number, "name": item.line.name},
                field="items",
                allowed=["answer_request"],
            )
    return None


# -- Its paper and its carrier --------------------------------------------------------------


def may_invoice(package: Package) -> Refusal:
    """Why no invoice can be given for it: an invoice is replaced until the customer has it."""
    if package.status == Status.CANCELLED:
        return NotInvoiceable(_("The package is cancelled; it needs no invoice."))
    if package.status == Status.DELIVERED and package.invoice_number:
        return NotInvoiceable(_("The customer has the invoice; it is not replaced any more."))
    return None


def may_change_delivery(package: Package) -> Refusal:
    """Why it stays with its carrier: it is on its way, or has ended."""
    if package.status in NOT_UNDER_WAY:
        return None
    return DomainError(
        _("Package %(number)s is %(status)s; its carrier cannot be changed now.")
        % {"number": package.number, "status": package.get_status_display()},
        code="not_changeable",
        allowed=list(NOT_UNDER_WAY),
    )


def may_become(package: Package, status: str) -> Refusal:
    """Why the package cannot go to this status from where it stands."""
    if package.can_become(status):
        return None
    return InvalidTransition(
        _("Package %(number)s is %(current)s; it cannot become %(status)s.")
        % {
            "number": package.number,
            "current": package.get_status_display(),
            "status": Status(status).label,
        },
        allowed=sorted(package.TRANSITIONS[package.status]),
    )


Offered = Callable[[int], Collection[DeliveryOption]]  # what a seller (id) may newly choose


def may_choose(
    package: Package, option: DeliveryOption | None, other_carrier: str, offered: Offered
) -> Refusal:
    """Why this package cannot go this way. What it has already it keeps, whatever became of that
    since."""
    if refusal := names_one_carrier(option, other_carrier):
        return refusal
    if option is None or option.pk == package.delivery_option_id:
        return None
    ways = offered(package.seller_id)
    if option in ways:
        return None
    return OptionNotOffered(
        _("%(option)s is not offered to this seller (any more). Choose another way of delivery.")
        % {"option": option},
        field="delivery_option",
        allowed=[way.code for way in ways],
    )


def names_one_carrier(option: DeliveryOption | None, other_carrier: str) -> Refusal:
    """An option or another carrier's name, not both."""
    if option is not None and other_carrier:
        return InvalidInput(
            _("Choose a way of delivery or name another carrier, not both."), field="other_carrier"
        )
    if len(other_carrier) > LONGEST_CARRIER:
        return InvalidInput(
            _("A carrier's name has at most %(n)s characters.") % {"n": LONGEST_CARRIER},
            field="other_carrier",
        )
    return None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How somebody sends a package off. What is left empty stays as the package has it; `anyway`
    is a person's second confirmation where the customer asked to cancel."""

    tracking_number: str = ""
    delivery_option: DeliveryOption | None = None
    other_carrier: str = ""
    anyway: bool = False

    def way_of(self, package: Package) -> tuple[DeliveryOption | None, str]:
        """The delivery option, or the other carrier, by which the package then goes."""
        if self.delivery_option is None and not self.other_carrier:
            return package.delivery_option, package.other_carrier
        return self.delivery_option, self.other_carrier


def may_dispatch(
    package: Package, items: Sequence[OrderItem], dispatch: Dispatch, offered: Offered
) -> Refusal:
    """Why the package with these items cannot be sent off like this."""
    option, _other = dispatch.way_of(package)
    return (
        may_become(package, Status.SHIPPED)
        or may_choose(package, dispatch.delivery_option, dispatch.other_carrier, offered)
        or may_ship(items, anyway=dispatch.anyway)
        or fits_carrier(dispatch.tracking_number, option.tracking_pattern if option else "")
    )


def may_ship(items: Sequence[OrderItem], *, anyway: bool) -> Refusal:
    """Why these items should not leave now. `anyway` is a person's second confirmation of what a
    customer asked to cancel; what is being returned is not sent again."""
    returning = [item for item in items if not item.is_unshipped and item.open_case_id is not None]
    if returning:
        return ReturnOpen(
            _("A return of %(names)s is open. It is not shipped again.")
            % {"names": ", ".join(dict.fromkeys(item.line.name for item in returning))},
            allowed=["answer_return"],
        )
    asked = [item for item in items if item.is_unshipped and item.open_case_id is not None]
    if asked and not anyway:
        return CustomerAskedToCancel(
            _("The customer asked to cancel %(names)s. Answer the request first.")
            % {"names": ", ".join(dict.fromkeys(item.line.name for item in asked))},
            allowed=["answer_cancellation", "ship_anyway"],
        )
    return None


def may_deliver(package: Package, items: Sequence[OrderItem], *, reported: bool = False) -> Refusal:
    """Why it cannot have been delivered. What was never shipped ships first, and that asks as
    shipping does, unless a carrier has `reported` what has happened."""
    if package.status in OPEN:
        return may_ship(items, anyway=reported)
    return may_become(package, Status.DELIVERED)


def fits_carrier(tracking_number: str, pattern: str) -> Refusal:
    """Whether the carrier can have given this number; an empty one is not known yet."""
    if len(tracking_number) > LONGEST_TRACKING:
        return InvalidInput(
            _("A tracking number has at most %(n)s characters.") % {"n": LONGEST_TRACKING},
            field="tracking_number",
        )
    if tracking_number and pattern and not re.fullmatch(pattern, tracking_number):
        return InvalidInput(
            _("This carrier's tracking numbers look different."), field="tracking_number"
        )
    return None
