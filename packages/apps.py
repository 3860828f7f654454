from django.apps import AppConfig


class PackagesConfig(AppConfig):
    name = "packages"

    def ready(self):
        from packages import bulk  # noqa: F401 (registers its kinds of job)
