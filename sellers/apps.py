from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "sellers"

    def ready(self):
        from core.accounts.actors import register_actor_source
        from core.actors import Role
        from sellers.actors import MEMBERS

        register_actor_source(Role.SELLER, MEMBERS)
