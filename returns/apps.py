from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "returns"

    def ready(self):
        from returns import returnable  # noqa: F401 (registers what an order's items allow)
