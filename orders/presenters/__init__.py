"""What the Orders pages and endpoints say about an order, read in few queries.

Nothing here writes or decides. Everything starts from `visible_to(actor)`: what a seller is
handed holds their own part only.
"""

from orders.presenters.detail import (
    OrderDetail,
    ProductGroup,
    ProductRow,
    method_words,
    product_share,
    shipping_share,
)
from orders.presenters.rows import ListRow, Notice, list_row, notice_of

__all__ = [
    "ListRow",
    "Notice",
    "OrderDetail",
    "ProductGroup",
    "ProductRow",
    "list_row",
    "method_words",
    "notice_of",
    "product_share",
    "shipping_share",
]
