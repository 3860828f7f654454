from decimal import Decimal

from django.db import migrations, models

import core.money

# The terms stood only in the record of the request until now. What has to come back for no reason
# of the record's (an imported past) is paid on receipt, and the rest at once.
FROM_THE_RECORD = """
    UPDATE returns_returnitem entry
    SET payable_when = told.terms ->> 'payable_when',
        restocking_rate = (told.terms ->> 'restocking_rate')::numeric,
        return_shipping = (told.terms ->> 'return_shipping')::bigint
    FROM (
        SELECT event.subject_id AS case_id, jsonb_array_elements(event.data -> 'terms') AS terms
        FROM events_event event
        WHERE event.subject_type = 'case' AND event.type = 'return.requested'
          AND event.data ? 'terms'
    ) told
    WHERE told.case_id = entry.case_id AND (told.terms ->> 'item')::bigint = entry.item_id
"""
GOODS_STAY = """
    UPDATE returns_returnitem SET payable_when = 'at_once'
    WHERE NOT goods_back AND payable_when <> 'at_once'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0002_one_order_one_seller"),
        ("events", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            "returnitem",
            "payable_when",
            models.CharField(
                choices=[("at_once", "At once"), ("on_receipt", "When the goods are received")],
                default="on_receipt",
                help_text="when its money leaves; at once where the goods need not come back",
                max_length=12,
            ),
        ),
        migrations.AddField(
            "returnitem",
            "restocking_rate",
            models.DecimalField(
                decimal_places=5,
                default=Decimal(0),
                help_text="share of the product amount",
                max_digits=6,
            ),
        ),
        migrations.AddField(
            "returnitem",
            "return_shipping",
            core.money.MinorUnits(default=0, help_text="what its customer pays for the way back"),
        ),
        migrations.RunSQL(FROM_THE_RECORD, migrations.RunSQL.noop),
        migrations.RunSQL(GOODS_STAY, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "returnitem",
            models.CheckConstraint(
                condition=models.Q(
                    ("goods_back", True), ("payable_when", "at_once"), _connector="OR"
                ),
                name="return_item_waits_only_for_goods",
            ),
        ),
        migrations.AddConstraint(
            "returnitem",
            models.CheckConstraint(
                condition=models.Q(
                    ("restocking_rate__gte", 0),
                    ("restocking_rate__lte", 1),
                    ("return_shipping__gte", 0),
                ),
                name="return_item_fees_are_fees",
            ),
        ),
    ]
