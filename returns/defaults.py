"""What holds about returns where the owner has said nothing (product.md §5).

How long something may be returned is a deadline like any other: the step `return.window`.
"""

from decimal import Decimal

from refunds.models import RefundPlan
from returns.models import ReturnPolicy

WINDOW_STEP = "return.window"

PAYABLE_WHEN = RefundPlan.PayableWhen.ON_RECEIPT
KEEP_GOODS_UP_TO = None  # everything comes back whose reason says so
RESTOCKING_RATE = Decimal(0)
RETURN_SHIPPING_FEE = 0
SILENCE_APPROVES_UP_TO = None  # silence approves whatever the amount
ON_DELIVERY_FAILED = ReturnPolicy.OnDeliveryFailed.NOTHING  # it may be shipped again
