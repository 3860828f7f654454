from django.db import models

from core.actors import Actor, Role


class EventQuerySet(models.QuerySet):
    def of_order(self, order_id: int):
        """An order's timeline, newest first: one query."""
        return self.filter(order_id=order_id).order_by("-id")

    def visible_to(self, actor: Actor):
        """Events carry plain numbers, so the kernel cannot tell whose order one belongs to: a
        seller sees their own and the order's; a customer none here. A customer's timeline is
        `of_order()` of an order that they were allowed to load."""
        match actor.role:
            case Role.OWNER | Role.SYSTEM:
                return self
            case Role.SELLER if actor.seller_id is not None:
                own = models.Q(seller_id=actor.seller_id)
                return self.filter(own | models.Q(seller_id=None, type="order.placed"))
        return self.none()


class DeliveryQuerySet(models.QuerySet):
    def owed(self):
        return self.filter(handled_at=None, dead_at=None)

    def dead(self):
        return self.exclude(dead_at=None)
