from django.db import migrations

from core.sql import composite_foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0001_initial"),
        ("orders", "0002_one_order_one_seller"),
    ]

    operations = [
        composite_foreign_key(
            "refunds_refundplan",
            "seller_order_id, order_id, seller_id",
            "orders_sellerorder",
            "id, order_id, seller_id",
            name="plan_part",
        ),
        composite_foreign_key(
            "refunds_refundplan",
            "case_id, seller_order_id",
            "orders_case",
            "id, seller_order_id",
            name="plan_case",
        ),
        composite_foreign_key(
            "refunds_refundline",
            "plan_id, seller_order_id",
            "refunds_refundplan",
            "id, seller_order_id",
            name="line_plan",
        ),
        composite_foreign_key(
            "refunds_refundline",
            "item_id, seller_order_id",
            "orders_orderitem",
            "id, seller_order_id",
            name="line_item",
        ),
        composite_foreign_key(
            "refunds_refundpart",
            "plan_id, order_id",
            "refunds_refundplan",
            "id, order_id",
            name="part_plan",
        ),
        composite_foreign_key(
            "refunds_refundpart",
            "payment_id, order_id",
            "orders_payment",
            "id, order_id",
            name="part_payment",
        ),
    ]
