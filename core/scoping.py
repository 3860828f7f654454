"""Visibility: declared per model by two paths, written once.

No page, endpoint, bulk action, nested id, file or export starts anywhere else than at
`Model.objects.visible_to(actor)`. Out of scope looks the same as missing: 404.
"""

from django.db import models

from core.actors import Actor, Role


class ScopedQuerySet(models.QuerySet):
    """Rows belong to a customer and to a seller; the two paths say how.

    A path must lead to at most one row of that owner (so a join can never repeat rows). `None`
    means that this kind of actor sees none.
    """

    CUSTOMER_PATH: str | None = None  # … to orders.Customer.user
    SELLER_PATH: str | None = None  # … to sellers.Seller

    def visible_to(self, actor: Actor):
        """The only door: every page, endpoint and export starts from here."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.CUSTOMER:
                return self._belonging_to(self.CUSTOMER_PATH, actor.user_id)
            case Role.SELLER:
                return self._belonging_to(self.SELLER_PATH, actor.seller_id)
        return self.none()

    def _belonging_to(self, path: str | None, owner_id: int | None):
        if path is None or owner_id is None:
            return self.none()
        return self.filter(**{path: owner_id})

    def locked(self):
        """The rows, locked for change, in pk order (one order everywhere: no deadlocks).

        Evaluated at once and returned as a list: a lock that is never evaluated is no lock.
        """
        return list(self.select_for_update(of=["self"]).order_by("pk"))
