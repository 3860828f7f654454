from django.db import migrations

from orders.defaults import ensure_reasons


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_replacements_and_categories")]

    operations = [
        migrations.RunPython(lambda apps, _editor: ensure_reasons(apps), migrations.RunPython.noop)
    ]
