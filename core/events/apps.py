from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class EventsConfig(AppConfig):
    name = "core.events"
    label = "events"

    def ready(self) -> None:
        """Every app's reactions stand in its `subscribers.py`; importing it registers them."""
        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.subscribers"):
                import_module(f"{config.name}.subscribers")
