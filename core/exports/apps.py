from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "core.exports"
    label = "exports"

    def ready(self):
        from core.exports import kinds  # noqa: F401 (registers its kind of job)
