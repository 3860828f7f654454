from django.db import models

from core.actors import Actor, Role


class EventQuerySet(models.QuerySet):
    def of_order(self, order_id: int):
        """An order's timeline, newest first: one query."""
        return self.filter(order_id=order_id).order_by("-id")

    def visible_to(self, actor: Actor):
        """Events carry plain numbers: a seller sees their own and the order's; a customer comes
        through an order they were allowed to load."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM | Role.CUSTOMER:
                return self
            case Role.SELLER:
                own = models.Q(seller_id=actor.seller_id)
                return self.filter(own | models.Q(seller_id=None, type="order.placed"))
        return self.none()
