"""Who brings a package: what its seller usually takes, and what somebody chose instead."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import InvalidInput
from packages import policies
from packages.models import Package
from packages.operations.locking import locked
from sellers.models import DeliveryOption, SellerDeliveryOption
from sellers.presenting import offered_options


@transaction.atomic
def change_delivery(
    *,
    package: Package,
    actor: Actor,
    delivery_option: DeliveryOption | None = None,
    other_carrier: str = "",
) -> Package:
    """Send it another way: by a delivery option, or by "other", a carrier that the marketplace
    has no terms with.

    A tracking number of the carrier before goes with that carrier. Choosing what it has already
    changes nothing. Raises UnknownPackage, NotAllowed, OptionNotOffered, InvalidInput, and
    DomainError `not_changeable` for a package on its way or ended.
    """
    _order, package, _items = locked(package, actor)
    other_carrier = other_carrier.strip()
    refusal = (
        policies.may_send(actor, package.seller_id)
        or policies.may_change_delivery(package)
        or policies.may_choose(package, delivery_option, other_carrier, offered_options)
    )
    if refusal:
        raise refusal
    if delivery_option is None and not other_carrier:
        raise InvalidInput(
            _("Choose a way of delivery or name another carrier."), field="delivery_option"
        )
    if changes := changed_way(package, delivery_option, other_carrier):
        before = way_of(package)
        Package.objects.filter(pk=package.pk).update(**changes)
        for name, value in changes.items():
            setattr(package, name, value)
        package.note("package.delivery_changed", actor=actor, before=before, now=way_of(package))
    return package


def changed_way(
    package: Package, option: DeliveryOption | None, other_carrier: str
) -> dict[str, Any]:
    """The columns that change when the package goes this way; none where it does already. The
    tracking number is the carrier's, so it goes with the carrier."""
    option_id = option.pk if option else None
    if (option_id, other_carrier) == (package.delivery_option_id, package.other_carrier):
        return {}
    return {"delivery_option": option, "other_carrier": other_carrier, "tracking_number": ""}


def way_of(package: Package) -> str:
    """What events call its carrier: the option's code, "other", or nothing."""
    if package.delivery_option is not None:
        return package.delivery_option.code
    return "other" if package.other_carrier else ""


def usual_option(seller_id: int) -> DeliveryOption | None:
    """The seller's default way to send, else the marketplace's, else none."""
    own = (
        SellerDeliveryOption.objects.filter(seller_id=seller_id, is_default=True, active=True)
        .filter(option__active=True, option__company__active=True)
        .select_related("option__company")
        .first()
    )
    if own is not None:
        return own.option
    return DeliveryOption.objects.offered().filter(is_default=True).first()
