from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self):
        from marketplace.aftersales import bulk  # noqa: F401 (registers its kind of job)
        from marketplace.scopes import declare_scopes

        declare_scopes()
