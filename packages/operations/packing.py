"""What goes into a package, and what comes out of it again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.numbers import new_number
from orders.models import Order, OrderItem, OrderStatus
from orders.operations import lock_order, move_items, take_items
from orders.operations.items import locked_items
from packages import policies
from packages.models import Package, PackageItem
from packages.operations.carriers import usual_option
from sellers.models import DeliveryOption
from sellers.presenting import offered_options


@transaction.atomic
def start_packaging(
    *,
    order: Order,
    items: Sequence[OrderItem],
    actor: Actor,
    units: Mapping[int, int] | None = None,
    delivery_option: DeliveryOption | None = None,
) -> Package:
    """Make one package of waiting items of one seller order.

    `units` {item id: quantity} packs only part of an item: the rest is split off and keeps
    waiting. It goes by `delivery_option`, else as the seller usually sends. Raises UnknownItem,
    QuantityNotLeft, NotPackable, NotAllowed, OptionNotOffered.
    """
    order = lock_order(order.pk)
    wanted = {item.pk: (units or {}).get(item.pk, item.quantity) for item in items}
    if units:  # what is cancelled says so, before anything is split off it
        found = list(locked_items(order, wanted, actor=actor).values())
        if refusal := policies.may_pack(found) if found else None:
            raise refusal
    taken = take_items(order, wanted, actor=actor)
    if refusal := policies.may_pack(taken) or policies.may_send(actor, taken[0].seller_id):
        raise refusal
    package = Package(
        number=new_number("P"),
        order=order,
        seller_order_id=taken[0].seller_order_id,
        seller_id=taken[0].seller_id,
        created_at=timezone.now(),
        ship_by=earliest_ship_by(taken),
    )
    if refusal := policies.may_choose(package, delivery_option, "", offered_options):
        raise refusal
    package.delivery_option = delivery_option or usual_option(package.seller_id)
    begin_with(package, taken, actor)
    move_items(order, taken, OrderStatus.PREPARING, actor=actor, package=package.number)
    return package


def begin_with(package: Package, items: Sequence[OrderItem], actor: Actor, **data) -> None:
    """Write a new package with these locked items, which are in no other; `data` is told."""
    package.save(force_insert=True)
    units = sum(item.quantity for item in items)
    package.begin(actor=actor, items=[item.pk for item in items], units=units, **data)
    put_in(package, items)


def put_in(package: Package, items: Iterable[OrderItem]) -> None:
    PackageItem.objects.bulk_create(
        PackageItem(package=package, item=item, seller_order_id=item.seller_order_id)
        for item in items
    )


def take_out(package: Package, items: Iterable[OrderItem]) -> None:
    PackageItem.objects.inside().filter(
        package=package, item__in=[item.pk for item in items]
    ).update(removed_at=timezone.now())


def earliest_ship_by(items: Iterable[OrderItem]) -> datetime | None:
    """The most urgent of what was promised for these items; None where nothing was."""
    return min((item.line.ship_by for item in items if item.line.ship_by), default=None)


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
