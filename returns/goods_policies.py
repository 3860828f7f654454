"""Who says what about goods that come back, and what can have come out of a parcel. Pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, Rank, Role
from core.errors import DomainError, InvalidInput, NotAllowed
from core.evidence.models import StoredFile
from orders.models import Reason
from packages.policies import fits_carrier, names_one_carrier
from returns.models import ReceivedUnits, ReturnItem, ReturnParcel
from sellers.models import DeliveryOption

Condition = ReceivedUnits.Condition
Disposition = ReceivedUnits.Disposition
Status = ReturnParcel.Status
Refusal = DomainError | None

CAME_BACK = (Condition.OK, Condition.DAMAGED)  # the item itself was inside
LONGEST_NOTE = 500
LONGEST_CARRIER = 80
MOST_EXTRA = 1000


class NotUnderWay(DomainError):
    """The parcel has arrived already, or is not waited for any more."""

    code = "not_under_way"


class MoreThanExpected(InvalidInput):
    """More units of an item than are still to come back; `allowed` says how many are."""

    code = "more_than_expected"
    status = 409


@dataclass(frozen=True)
class Received:
    """So many units in one condition, as they came out of the parcel.

    `entry_id` is the item of the request; only what nobody asked for (`extra`) has none. `files`
    are photos of it, stored already.
    """

    entry_id: int | None
    condition: str
    quantity: int
    disposition: str = Disposition.NOTHING
    note: str = ""
    files: Sequence[StoredFile] = field(default_factory=tuple)


# What is kept for a unit, as the customer reads it.
NOT_INSIDE = gettext_lazy("Not in the parcel: %(n)s.")
SOMETHING_ELSE = gettext_lazy("Something else came instead: %(n)s.")
CAME_DAMAGED = gettext_lazy("Came back damaged: %(n)s.")


def kept_because(condition: str, disposition: str, fault: str) -> str:
    """Why a unit's money is proposed to be kept, in words for the customer with its count as
    `%(n)s`; empty where it is not.

    What did not come, or is not what was sold, is not paid back. Damage is the customer's to bear
    only where the return is for their own reasons (`fault` of its reason) and the unit cannot be
    sold any more; where it was delivered wrong or damaged, nothing is kept.
    """
    match condition:
        case Condition.MISSING:
            return str(NOT_INSIDE)
        case Condition.WRONG:
            return str(SOMETHING_ELSE)
        case Condition.DAMAGED if fault == Reason.Fault.CUSTOMER:
            return "" if disposition == Disposition.RESTOCK else str(CAME_DAMAGED)
    return ""


def may_send_back(parcel: ReturnParcel, actor: Actor) -> Refusal:
    """Why this actor cannot say that the goods are on their way, or None if they can."""
    if actor.role not in {Role.CUSTOMER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("The customer says how the goods come back."))
    if parcel.status not in (Status.AWAITED, Status.SENT):
        return NotUnderWay(
            _("%(parcel)s: %(status)s. Nothing more is waited for.")
            % {"parcel": parcel.code, "status": parcel.get_status_display()}
        )
    return None


def fits_way_back(
    tracking_number: str, option: DeliveryOption | None, other_carrier: str
) -> Refusal:
    """Why goods cannot travel like this, or None: one carrier, and a number to follow them by."""
    if refusal := names_one_carrier(option, other_carrier):
        return refusal
    if len(other_carrier) > LONGEST_CARRIER:
        return InvalidInput(_("A name of at most 80 characters."), field="other_carrier")
    if option is None and not other_carrier:
        return InvalidInput(_("Say who brings it back."), field="delivery_option")
    if not tracking_number:
        return InvalidInput(
            _("Give the tracking number: it shows that the goods are on their way."),
            field="tracking_number",
        )
    return fits_carrier(tracking_number, option.tracking_pattern if option else "")


def may_receive(parcel: ReturnParcel, actor: Actor) -> Refusal:
    """Why this actor cannot say what came out of this parcel, or None: whoever packs may."""
    if actor.role is Role.SELLER and actor.seller_id != parcel.seller_id:
        return NotAllowed(_("These goods come back to another seller."))
    if actor.role not in {Role.SELLER, Role.OWNER, Role.SYSTEM}:
        return NotAllowed(_("The seller says what came back."))
    return None


def may_deduct(actor: Actor) -> Refusal:
    """Why this actor cannot keep money for what an inspection found, or None if they can."""
    if actor.role in {Role.SELLER, Role.OWNER} and not actor.has_rank(Rank.MANAGER):
        return NotAllowed(_("Only a manager may deduct something from a refund."))
    return None


def unfit_units(
    units: Sequence[Received], entries: Mapping[int, ReturnItem], left: Mapping[int, int]
) -> list[DomainError]:
    """Everything that is wrong with what is said to have come, by its place ("units/0/quantity").

    left: how many units of each entry are not accounted for yet.
    """
    problems: list[DomainError] = []
    counted: dict[int, int] = {}
    for position, one in enumerate(units):
        place = f"units/{position}"
        problems += _unfit_words(one, place)
        if (one.entry_id is None) != (one.condition == Condition.EXTRA):
            problems.append(
                InvalidInput(
                    _("Name the item; only what nobody asked for has none."), field=f"{place}/item"
                )
            )
        elif one.entry_id is not None and one.entry_id not in entries:
            problems.append(
                InvalidInput(_("This item is not in the request."), field=f"{place}/item")
            )
        elif one.entry_id is not None and one.quantity >= 1:
            counted[one.entry_id] = counted.get(one.entry_id, 0) + one.quantity
            if counted[one.entry_id] > left[one.entry_id]:
                problems.append(_too_many(entries[one.entry_id], left[one.entry_id], place))
    return problems


def _unfit_words(one: Received, place: str) -> list[DomainError]:
    problems: list[DomainError] = []
    for name, given, known in (
        ("condition", one.condition, Condition.values),
        ("disposition", one.disposition, Disposition.values),
    ):
        if given not in known:
            problems.append(
                InvalidInput(_("Choose one of the list."), field=f"{place}/{name}", allowed=known)
            )
    if not 1 <= one.quantity <= MOST_EXTRA:
        problems.append(InvalidInput(_("At least one unit."), field=f"{place}/quantity"))
    if len(one.note) > LONGEST_NOTE:
        problems.append(InvalidInput(_("A note of at most 500 characters."), field=f"{place}/note"))
    if one.condition == Condition.MISSING and one.disposition == Disposition.RESTOCK:
        problems.append(
            InvalidInput(
                _("What did not come cannot go back into stock."), field=f"{place}/disposition"
            )
        )
    return problems


def _too_many(entry: ReturnItem, left: int, place: str) -> MoreThanExpected:
    return MoreThanExpected(
        _("%(left)s of %(name)s are still to come back.")
        % {"left": left, "name": entry.item.line.name},
        field=f"{place}/quantity",
        allowed=[str(left)],
    )
