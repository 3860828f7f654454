"""Some thousand orders, so that PostgreSQL has statistics to plan with, spread over sellers and
statuses as in life: most is delivered long ago."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from orders.models import Case, Customer, Order, OrderItem, OrderLine, SellerOrder
from packages.models import Package, PackageItem
from refunds.models import RefundPlan
from sellers.models import Seller
from tests.factories import make_seller

ROWS = 6_000
SELLERS = 40
OPEN_EVERY = 50
CASE_EVERY = 3


def rows_made() -> Iterator[Seller]:
    """Make the rows and give one of the sellers; take the rows away again when asked to go on."""
    sellers = [make_seller(f"explain-{n}") for n in range(SELLERS)]
    customers = Customer.objects.bulk_create(_customer(n) for n in range(ROWS))
    orders = Order.objects.bulk_create(_order(n, customers) for n in range(ROWS))
    parts = SellerOrder.objects.bulk_create(
        _part(n, order, sellers[n % SELLERS]) for n, order in enumerate(orders)
    )
    lines = OrderLine.objects.bulk_create(_line(n, part) for n, part in enumerate(parts))
    items = OrderItem.objects.bulk_create(
        _item(line, part) for line, part in zip(lines, parts, strict=True)
    )
    packages = Package.objects.bulk_create(_package(n, part) for n, part in enumerate(parts))
    PackageItem.objects.bulk_create(
        PackageItem(package=package, item=item, seller_order_id=item.seller_order_id)
        for package, item in zip(packages, items, strict=True)
    )
    cases = Case.objects.bulk_create(_case(n, part) for n, part in enumerate(parts[::CASE_EVERY]))
    RefundPlan.objects.bulk_create(_plan(n, case) for n, case in enumerate(cases))
    _count_anew()
    yield sellers[0]
    made = (RefundPlan, Case, PackageItem, Package, OrderItem, OrderLine)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_orderline DISABLE TRIGGER USER")  # it never changes
        for model in (*made, SellerOrder, Order, Customer):
            model.objects.all().delete()
        cursor.execute("ALTER TABLE orders_orderline ENABLE TRIGGER USER")
    Seller.objects.filter(pk__in=[one.pk for one in sellers]).delete()
    _count_anew()


def _count_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _customer(n: int) -> Customer:
    name = {"first_name": f"First{n % 97}", "last_name": f"Last{n % 89}"}
    reached = {"email": f"c{n}@example.com", "phone": f"+351 21 {n:07}"}
    return Customer(channel="x", external_id=f"c{n}", **name, **reached)


def _order(n: int, customers: list[Customer]) -> Order:
    return Order(
        number=f"EX-{n:06}",
        channel="x",
        customer=customers[n % len(customers)],
        status="delivered" if n % OPEN_EVERY else "preparing",
        currency="EUR",
        placed_at=timezone.now() - timedelta(minutes=ROWS - n),
        product_total=100,
        total=100,
        captured=100,
    )


def _part(n: int, order: Order, seller: Seller) -> SellerOrder:
    return SellerOrder(
        order=order,
        seller=seller,
        status=order.status,
        placed_at=order.placed_at,
        unit_count=1,
        product_total=100,
        total=100,
    )


def _line(n: int, part: SellerOrder) -> OrderLine:
    return OrderLine(
        order_id=part.order_id,
        seller_order=part,
        position=1,
        sku=f"SKU-{n:06}",
        name="Stoneware mug",
        quantity=1,
        unit_price=100,
        gross=100,
        total=100,
        captured_product=100,
        captured_shipping=0,
    )


def _item(line: OrderLine, part: SellerOrder) -> OrderItem:
    return OrderItem(
        line=line,
        order_id=part.order_id,
        seller_order=part,
        seller_id=part.seller_id,
        number="1.1",
        first_unit=0,
        last_unit=1,
        status=part.status,
        captured_product=100,
        captured_shipping=0,
    )


def _package(n: int, part: SellerOrder) -> Package:
    return Package(
        number=f"EP-{n:06}",
        order_id=part.order_id,
        seller_order=part,
        seller_id=part.seller_id,
        status="delivered" if n % OPEN_EVERY else "preparing",
        tracking_number="" if n % 7 else f"TR{n:08}",
        created_at=part.placed_at,
        ship_by=part.placed_at + timedelta(days=2),
    )


def _case(n: int, part: SellerOrder) -> Case:
    return Case(
        number=f"EC-{n:06}",
        kind=Case.Kind.CANCEL,
        order_id=part.order_id,
        seller_order=part,
        seller_id=part.seller_id,
        status=Case.Status.COMPLETED if n % OPEN_EVERY else Case.Status.WAITING,
        origin=Case.Origin.CUSTOMER,
        opened_at=part.placed_at,
        due_at=part.placed_at + timedelta(days=2),
    )


def _plan(n: int, case: Case) -> RefundPlan:
    return RefundPlan(
        number=f"EL-{n:06}",
        type=RefundPlan.Type.CANCEL,
        order_id=case.order_id,
        seller_order_id=case.seller_order_id,
        seller_id=case.seller_id,
        case=case,
        status=RefundPlan.Status.COMPLETED if n % OPEN_EVERY else RefundPlan.Status.WAITING,
        currency="EUR",
        total=100,
        gateway="simulator",
    )
