from django.db import migrations

from core.sql import composite_foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0001_initial"),
        ("orders", "0002_one_order_one_seller"),
    ]

    operations = [
        composite_foreign_key(
            "packages_package",
            "seller_order_id, order_id, seller_id",
            "orders_sellerorder",
            "id, order_id, seller_id",
            name="package_part",
        ),
        composite_foreign_key(
            "packages_packageitem",
            "package_id, seller_order_id",
            "packages_package",
            "id, seller_order_id",
            name="packing_package",
        ),
        composite_foreign_key(
            "packages_packageitem",
            "item_id, seller_order_id",
            "orders_orderitem",
            "id, seller_order_id",
            name="packing_item",
        ),
    ]
