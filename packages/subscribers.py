"""What packages hear of: items that are split, and their own way to the customer's door."""

from core.events import on
from packages import letters, operations
from packages.ship_by import subscribers as ship_by

__all__ = ["ship_by"]  # imported for its reactions


@on("order_item.split_off", within=True)
def keep_the_part_in_its_package(event) -> None:
    """A split changes what an item is called, not where its units are."""
    operations.join_package(part_id=event.subject_id, of_item_id=event.data["from_item"])


# -- Who is told what ----------------------------------------------------------------------
#
# The customer reads of each shipment, each failure and of the delivery, once each. A shipment of
# which we hear only when it has ended already is told of by how it ended.


@on("package.shipped")
def tell_customer_it_is_on_its_way(event) -> None:
    if "then" not in event.data:
        letters.write_to_customer(event.subject_id, "package_shipped", once=event.pk)


@on("package.delivered")
def tell_customer_it_has_arrived(event) -> None:
    letters.write_to_customer(event.subject_id, "package_delivered")


@on("package.delivery_failed")
def tell_customer_what_happens_next(event) -> None:
    letters.write_to_customer(event.subject_id, "package_delivery_failed", once=event.pk)


@on("package.delivery_failed")
def call_the_seller(event) -> None:
    letters.ring_seller(event.subject_id, "package_delivery_failed", once=event.pk)
