from django.db import migrations

from core.sql import composite_foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("cancellations", "0002_initial"),
        ("orders", "0002_one_order_one_seller"),
    ]

    operations = [
        composite_foreign_key(
            "cancellations_cancellationitem",
            "case_id, seller_order_id",
            "orders_case",
            "id, seller_order_id",
            name="cancellation_item_case",
        ),
        composite_foreign_key(
            "cancellations_cancellationitem",
            "item_id, seller_order_id",
            "orders_orderitem",
            "id, seller_order_id",
            name="cancellation_item_item",
        ),
    ]
