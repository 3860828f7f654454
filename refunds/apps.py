from django.apps import AppConfig


class RefundsConfig(AppConfig):
    name = "refunds"

    def ready(self):
        from refunds import exports  # noqa: F401 (registers what can be exported)
