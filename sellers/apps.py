from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "sellers"

    def ready(self):
        from core.accounts.actors import register_actor_source
        from core.actors import Role
        from sellers.actors import seller_memberships

        register_actor_source(Role.SELLER, seller_memberships)
