from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "core.accounts"
    label = "accounts"

    def ready(self):
        from core.accounts.actors import STAFF, register_actor_source
        from core.actors import Role

        register_actor_source(Role.OWNER, STAFF)
