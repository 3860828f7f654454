from django.apps import AppConfig


class PackagesConfig(AppConfig):
    name = "packages"

    def ready(self):
        from packages import (
            bulk,  # noqa: F401 (registers its kinds of job)
            exports,  # noqa: F401 (registers what can be exported)
            orders_finders,  # noqa: F401 (registers what it knows of orders)
        )
