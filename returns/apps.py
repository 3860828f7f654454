from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "returns"

    def ready(self):
        from returns import (
            orders_finders,  # noqa: F401 (registers what it knows of orders)
            returnable,  # noqa: F401 (registers what an order's items allow)
        )
