from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "core.accounts"
    label = "accounts"

    def ready(self):
        from core.accounts.actors import (
            customer_memberships,
            register_actor_source,
            staff_memberships,
        )
        from core.actors import Role

        register_actor_source(Role.OWNER, staff_memberships)
        register_actor_source(Role.CUSTOMER, customer_memberships)
