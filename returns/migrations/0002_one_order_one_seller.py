from django.db import migrations

from core.sql import append_only, composite_foreign_key

PART = ("orders_sellerorder", "id, order_id, seller_id")
CASE = ("orders_case", "id, seller_order_id")


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0001_initial"),
        ("orders", "0006_reasons_of_returns"),
        ("events", "0002_append_only"),
    ]

    operations = [
        composite_foreign_key(
            "returns_returnitem", "case_id, seller_order_id", *CASE, name="return_item_case"
        ),
        composite_foreign_key(
            "returns_returnitem",
            "item_id, seller_order_id",
            "orders_orderitem",
            "id, seller_order_id",
            name="return_item_item",
        ),
        *(
            operation
            for table, name in (
                ("returns_returnparcel", "return_parcel"),
                ("returns_dispute", "dispute"),
            )
            for operation in (
                composite_foreign_key(
                    table, "case_id, seller_order_id", *CASE, name=f"{name}_case"
                ),
                composite_foreign_key(
                    table, "seller_order_id, order_id, seller_id", *PART, name=f"{name}_part"
                ),
            )
        ),
        append_only("returns_receivedunits"),
        append_only("returns_decision"),
        append_only("returns_decisionline"),
    ]
