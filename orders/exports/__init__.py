"""What the Orders list gives as files: orders, and their items."""

from core.actors import Role
from core.exports.sources import register
from orders.exports.items import items_source
from orders.exports.orders import orders_source

for role in (Role.OWNER, Role.SELLER):
    register(orders_source(role))
    register(items_source(role))
