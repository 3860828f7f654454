from django.db import migrations

from core.sql import append_only, composite_foreign_key

PART = ("orders_sellerorder", "id, order_id, seller_id")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("events", "0002_append_only")]

    operations = [
        composite_foreign_key(
            "orders_orderitem",
            "seller_order_id, order_id, seller_id",
            *PART,
            name="item_part",
        ),
        composite_foreign_key(
            "orders_orderitem",
            "line_id, seller_order_id",
            "orders_orderline",
            "id, seller_order_id",
            name="item_line",
        ),
        composite_foreign_key(
            "orders_orderitem",
            "open_case_id, seller_order_id",
            "orders_case",
            "id, seller_order_id",
            name="item_open_case",
        ),
        composite_foreign_key(
            "orders_case",
            "seller_order_id, order_id, seller_id",
            *PART,
            name="case_part",
        ),
        append_only("orders_orderline"),
    ]
