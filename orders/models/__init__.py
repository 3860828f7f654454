from orders.models.cases import Case, Reason
from orders.models.items import OrderItem, OrderLine
from orders.models.orders import Customer, Order, OrderStatus, Payment, SellerOrder

__all__ = [
    "Case",
    "Customer",
    "Order",
    "OrderItem",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "Reason",
    "SellerOrder",
]
