from django.apps import AppConfig


class CancellationsConfig(AppConfig):
    name = "cancellations"

    def ready(self):
        from cancellations import (
            actions,  # noqa: F401 (registers what an order's items allow)
            orders_finders,  # noqa: F401 (registers what it knows of orders)
        )
