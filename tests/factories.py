"""Rows for tests: real orders through the one way in, and the people around them.

`make_order()` places an order as intake does, so every amount is frozen, split and posted to the
ledger and every invariant holds. Amounts are minor units.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

from django.utils import timezone

from core.accounts.models import StaffMember, User
from core.actors import SYSTEM, Actor, Rank, Role
from orders.incoming import NewCustomer, NewLine, NewOrder, NewPayment
from orders.models import Case, Order, OrderItem
from orders.operations import lock_order, open_case, place_order, take_items
from sellers.models import Seller, SellerMember

_numbers = count(1)
PASSWORD = "a-long-test-password"


def make_seller(code: str = "", **fields) -> Seller:
    """A seller taking part with 12 % commission unless said otherwise."""
    code = code or f"seller-{next(_numbers)}"
    fields.setdefault("name", code.replace("-", " ").title())
    fields.setdefault("commission_rate", Decimal("0.12"))
    return Seller.objects.create(code=code, **fields)


def make_user(email: str = "", **fields) -> User:
    return User.objects.create_user(
        email or f"person-{next(_numbers)}@example.com", PASSWORD, **fields
    )


def make_owner(rank: str = Rank.ADMIN) -> Actor:
    """Somebody of the marketplace's own staff, acting in the owner console."""
    user = make_user()
    StaffMember.objects.create(user=user, rank=rank)
    return Actor(Role.OWNER, user_id=user.pk, rank=Rank(rank))


def make_member(seller: Seller, rank: str = Rank.ADMIN) -> Actor:
    """A member of this seller, acting in the Seller Center."""
    user = make_user()
    SellerMember.objects.create(user=user, seller=seller, rank=rank)
    return Actor(Role.SELLER, user_id=user.pk, seller_id=seller.pk, rank=Rank(rank))


def make_customer(order: Order, user: User | None = None) -> Actor:
    """The customer of this order, linked to a user and acting in the storefront."""
    user = user or make_user()
    order.customer.user = user
    order.customer.save(update_fields=["user"])
    return Actor(Role.CUSTOMER, user_id=user.pk)


def line(
    seller: Seller | None = None,
    quantity: int = 1,
    unit_price: int = 1000,
    discount: int = 0,
    shipping: int = 0,
    **fields,
) -> dict:
    """One line of `make_order`; without a seller it is the order's first seller's."""
    return {
        "seller": seller,
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "shipping": shipping,
        **fields,
    }


def make_order(
    *,
    sellers: Sequence[Seller] = (),
    lines: Sequence[dict] = (),
    payments: Sequence[tuple[str, int]] = (),
    number: str = "",
    channel: str = "web",
    currency: str = "EUR",
    placed_at: datetime | None = None,
    customer: str = "",
    actor: Actor = SYSTEM,
) -> Order:
    """A placed order. Says nothing: one seller, 2 × 10.00, shipping 5.00, captured by one card.

    payments: [("credit_card", 1500), ("voucher", 500)]; none given means a card for the total.
    """
    number = number or f"T-{next(_numbers)}"
    owners = list(sellers) or [given["seller"] for given in lines if given["seller"]][:1]
    first = owners[0] if owners else make_seller()
    given_lines = list(lines) or [line(owner, 2, 1000, 0, 500) for owner in owners or [first]]
    new_lines = tuple(
        _new_line(given, first, position) for position, given in enumerate(given_lines, start=1)
    )
    total = sum(new_line.total for new_line in new_lines)
    new = NewOrder(
        number=number,
        channel=channel,
        placed_at=placed_at or timezone.now(),
        currency=currency,
        customer=NewCustomer(
            external_id=customer or f"customer-of-{number}",
            first_name="Marta",
            last_name="Lindqvist",
            email=f"{number.lower()}@example.com",
        ),
        lines=new_lines,
        payments=tuple(
            NewPayment(method=method, amount=amount, reference=f"{number}/{position}")
            for position, (method, amount) in enumerate(payments or [("credit_card", total)], 1)
        ),
        shipping_address={"name": "Marta Lindqvist", "city": "Porto", "country": "PT"},
        digest=number,
    )
    return place_order(new, actor=actor).order


def _new_line(given: dict, first: Seller, position: int) -> NewLine:
    fields = {"sku": f"SKU-{position}", "name": f"Stoneware mug {position}", **given}
    seller = fields.pop("seller") or first
    return NewLine(seller=seller.code, **fields)


def items_of(order: Order) -> list[OrderItem]:
    """The order's items with their lines, by number."""
    return list(order.items.select_related("line", "seller_order").order_by("line__position", "pk"))


def make_case(
    order: Order,
    wanted: dict[int, int] | None = None,
    *,
    kind: str = Case.Kind.CANCEL,
    actor: Actor = SYSTEM,
) -> tuple[Case, list[OrderItem]]:
    """An open case about {item id: units}; by default all of the order's first seller.

    Call it in a transaction, as an operation would.
    """
    lock_order(order.pk)
    if wanted is None:
        of_first = order.seller_orders.order_by("pk").first().items
        wanted = {item.pk: item.quantity for item in of_first.order_by("pk")}
    items = take_items(order, wanted, actor=actor)
    case = open_case(
        items[0].seller_order, items, kind=kind, origin=Case.Origin.CUSTOMER, actor=actor
    )
    return case, items
