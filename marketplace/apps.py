from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self):
        from marketplace.aftersales import bulk, exports  # noqa: F401 (register job and exports)
        from marketplace.scopes import declare_scopes

        declare_scopes()
