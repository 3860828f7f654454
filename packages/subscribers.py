from core.events import on
from packages import operations


@on("order_item.split_off", within=True)
def keep_the_part_in_its_package(event) -> None:
    """A split changes what an item is called, not where its units are."""
    operations.join_package(part_id=event.subject_id, of_item_id=event.data["from_item"])
