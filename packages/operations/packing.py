"""What goes into a package, and what comes out of it again."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.numbers import new_number
from orders.models import Order, OrderItem, OrderStatus
from orders.operations import lock_order, move_items, take_items
from packages import policies
from packages.models import Package, PackageItem
from sellers.models import DeliveryOption, SellerDeliveryOption


@transaction.atomic
def start_packaging(
    *,
    order: Order,
    items: Sequence[OrderItem],
    actor: Actor,
    units: Mapping[int, int] | None = None,
) -> Package:
    """Make one package of waiting items of one seller order.

    `units` {item id: quantity} packs only part of an item: the rest is split off and keeps
    waiting. Raises UnknownItem, QuantityNotLeft, NotPackable, NotAllowed.
    """
    order = lock_order(order.pk)
    wanted = {item.pk: (units or {}).get(item.pk, item.quantity) for item in items}
    taken = take_items(order, wanted, actor=actor)
    if refusal := policies.may_pack(taken) or policies.may_send(actor, taken[0].seller_id):
        raise refusal
    package = Package(
        number=new_number("P"),
        order=order,
        seller_order_id=taken[0].seller_order_id,
        seller_id=taken[0].seller_id,
        delivery_option=_usual_option(taken[0].seller_id),
        created_at=timezone.now(),
        ship_by=min((item.line.ship_by for item in taken if item.line.ship_by), default=None),
    )
    package.save(force_insert=True)
    package.begin(actor=actor, items=[item.pk for item in taken], units=_units(taken))
    PackageItem.objects.bulk_create(
        PackageItem(package=package, item=item, seller_order_id=item.seller_order_id)
        for item in taken
    )
    move_items(order, taken, OrderStatus.PREPARING, actor=actor, package=package.number)
    return package


@transaction.atomic
def remove_items(*, order: Order, items: Sequence[OrderItem], actor: Actor) -> None:
    """Take cancelled items out of their packages; a package with none left is cancelled.

    Items that are in no package change nothing.
    """
    order = lock_order(order.pk)
    packings = list(
        PackageItem.objects.inside()
        .filter(item__in=items, package__order=order)
        .select_related("package")
    )
    PackageItem.objects.filter(pk__in=[packing.pk for packing in packings]).update(
        removed_at=timezone.now()
    )
    packages = {packing.package_id: packing.package for packing in packings}
    for package in sorted(packages.values(), key=lambda package: package.pk):
        removed = [packing.item_id for packing in packings if packing.package_id == package.pk]
        if package.contents.inside().exists():
            package.note("package.items_removed", actor=actor, items=removed)
        else:
            package.transition_to(Package.Status.CANCELLED, actor=actor, items=removed)


def join_package(*, part_id: int, of_item_id: int) -> None:
    """Put the part that was split off an item into the package the item is in, if it is in one.

    Within the transaction that splits, under its lock.
    """
    packing = PackageItem.objects.inside().filter(item_id=of_item_id).first()
    if packing is not None:
        PackageItem.objects.create(
            package_id=packing.package_id,
            item_id=part_id,
            seller_order_id=packing.seller_order_id,
        )


def _units(items: Sequence[OrderItem]) -> int:
    return sum(item.quantity for item in items)


def _usual_option(seller_id: int) -> DeliveryOption | None:
    """The seller's default way to send, else the marketplace's, else none."""
    own = (
        SellerDeliveryOption.objects.filter(seller_id=seller_id, is_default=True, active=True)
        .filter(option__active=True, option__company__active=True)
        .select_related("option")
        .first()
    )
    if own is not None:
        return own.option
    active = DeliveryOption.objects.filter(active=True, company__active=True)
    return active.filter(is_default=True).first()
