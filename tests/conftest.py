"""What every test may use. Servers and Chromium come from tests/plugins."""

import pytest

pytest_plugins = ["tests.plugins.soundness"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The default reasons, which a migration brings, are there in every test: also in a database
    that was kept, and after a test with real commits has emptied all tables."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    from orders.defaults import ensure_reasons

    def bring_back(**_facts) -> None:
        ensure_reasons()

    # Django announces the flush that ends such a test in the same way as a migration.
    post_migrate.connect(bring_back, sender=apps.get_app_config("orders"), weak=False)
    with django_db_blocker.unblock():
        ensure_reasons()
