from django.db import migrations

from orders.defaults import ensure_reasons


def add(apps, schema_editor):
    ensure_reasons(apps)


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_one_order_one_seller")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
