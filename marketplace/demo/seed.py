"""A marketplace somebody could believe in: people, shops, carriers and 60 days of orders.

Everything goes through the same operations as real life, so that the demo can show nothing the
product cannot do.
"""

import secrets

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from core.accounts.models import MemberRank, StaffMember, User
from core.accounts.operations import create_token
from core.accounts.scopes import scopes_for
from core.actors import IMPORTER, SYSTEM, Actor, Rank, Role
from marketplace.demo.catalogue import COMPANIES, SHOPS
from marketplace.demo.orders import martas_delivery, martas_orders, past_orders
from marketplace.demo.returns import ask_for_returns
from marketplace.intake.past import place_with_past
from orders.incoming import read_order
from orders.models import Customer, Order
from orders.operations import place_orders
from packages.operations import deliver_package, mark_ready, ship_package, start_packaging
from sellers.models import (
    DeliveryOption,
    Seller,
    SellerDeliveryOption,
    SellerMember,
    ShippingCompany,
)

BATCH = 100
PEOPLE = {
    "customer": "marta@example.com",
    "seller": "rui@kiln-clay.example",
    "owner": "ada@fernhollow.example",
}
STARTS = {"customer": "/my/orders/", "seller": "/seller/", "owner": "/owner/"}


@transaction.atomic
def seed_demo() -> dict:
    """Fill an empty database. Returns the sign-ins and an API token per role, secrets included."""
    sellers = {shop.code: _seller(shop) for shop in SHOPS}
    _delivery(sellers)
    people = _people(sellers)
    now = timezone.now()
    past = [read_order(given) for given in (*past_orders(now), martas_delivery(now))]
    for start in range(0, len(past), BATCH):
        place_with_past(past[start : start + BATCH], actor=IMPORTER)
    place_orders([read_order(given) for given in martas_orders(now)], actor=SYSTEM)
    _send_part_of("FH-204815", sellers, people["owner"][1])
    ask_for_returns(sellers["kiln-clay"], owner=people["owner"][1], potter=people["seller"][1])
    _link_customers(people["customer"][0])
    return {
        "sign_ins": {role: sign_in for role, (_user, _actor, sign_in) in people.items()},
        "api_tokens": {role: _token(actor) for role, (_user, actor, _sign_in) in people.items()},
        "carrier_token": _carrier_token(people["owner"][1]),
    }


@transaction.atomic
def renew_sign_ins() -> dict | None:
    """New passwords and tokens for the demo's people, where the data has outlived the checkout
    that knew them. None where they are not there: then it is not a demo's database."""
    found = {role: User.objects.filter(email=email).first() for role, email in PEOPLE.items()}
    member = SellerMember.objects.valid().filter(user=found["seller"]).first()
    if None in found.values() or member is None:
        return None
    actors = {
        "customer": Actor(Role.CUSTOMER, user_id=found["customer"].pk),
        "seller": Actor(
            Role.SELLER, user_id=member.user_id, seller_id=member.seller_id, rank=Rank.ADMIN
        ),
        "owner": Actor(Role.OWNER, user_id=found["owner"].pk, rank=Rank.ADMIN),
    }
    sign_ins = {}
    for role, user in found.items():
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
        sign_ins[role] = {"name": user.name, "email": user.email, "password": password}
        sign_ins[role]["url"] = STARTS[role]
    return {
        "sign_ins": sign_ins,
        "api_tokens": {role: _token(actor) for role, actor in actors.items()},
        "carrier_token": _carrier_token(actors["owner"]),
    }


def token_for_carrier() -> str | None:
    """A new token for the simulated carrier of a demo that has none; None where the demo's owner
    is not there."""
    owner = StaffMember.objects.valid().filter(user__email=PEOPLE["owner"]).first()
    if owner is None:
        return None
    return _carrier_token(Actor(Role.OWNER, user_id=owner.user_id, rank=Rank(owner.rank)))


def _seller(shop) -> Seller:
    return Seller.objects.create(
        code=shop.code,
        name=shop.name,
        email=shop.email,
        city=shop.city,
        country=shop.country,
        time_zone=shop.time_zone,
        commission_rate=shop.commission_rate,
    )


def _delivery(sellers: dict[str, Seller]) -> None:
    """The owner's carriers, and each seller's usual ones among them, there and back."""
    for position, entry in enumerate(COMPANIES):
        code, name, contact, option_code, option_name, pattern, address, easy_return = entry
        company = ShippingCompany.objects.create(code=code, name=name, contact_email=contact)
        option = DeliveryOption.objects.create(
            company=company,
            code=option_code,
            name=option_name,
            tracking_pattern=pattern,
            tracking_url=address,
            priority=(position + 1) * 10,
            is_default=position == 0,
            easy_return=easy_return,
        )
        SellerDeliveryOption.objects.bulk_create(
            SellerDeliveryOption(
                seller=seller,
                option=option,
                is_default=position == 0,
                is_easy_return=option.easy_return,
            )
            for seller in sellers.values()
        )


def _people(sellers: dict[str, Seller]) -> dict[str, tuple[User, Actor, dict]]:
    """One person per surface. Their passwords are made here and known to this machine alone."""
    owner, owner_sign_in = user_with_password(PEOPLE["owner"], "Ada Moreau", STARTS["owner"])
    StaffMember.objects.create(user=owner, rank=MemberRank.ADMIN)
    seller = sellers["kiln-clay"]
    potter, seller_sign_in = user_with_password(PEOPLE["seller"], "Rui Tavares", STARTS["seller"])
    SellerMember.objects.create(user=potter, seller=seller, rank=MemberRank.ADMIN)
    marta, customer_sign_in = user_with_password(
        PEOPLE["customer"], "Marta Lindqvist", STARTS["customer"]
    )
    return {
        "customer": (marta, Actor(Role.CUSTOMER, user_id=marta.pk), customer_sign_in),
        "seller": (
            potter,
            Actor(Role.SELLER, user_id=potter.pk, seller_id=seller.pk, rank=Rank.ADMIN),
            seller_sign_in | {"shop": seller.name},
        ),
        "owner": (owner, Actor(Role.OWNER, user_id=owner.pk, rank=Rank.ADMIN), owner_sign_in),
    }


def user_with_password(email: str, name: str, url: str) -> tuple[User, dict]:
    """A person with a verified address and a random password, and how they sign in."""
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(email, password, name=name, time_zone="Europe/Lisbon")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user, {"name": name, "email": email, "password": password, "url": url}


def _token(actor: Actor) -> str:
    scopes = [scope.code for scope in scopes_for(actor.role, actor.rank)]
    _row, secret = create_token(name="Demo", scopes=scopes, actor=actor)
    return secret


def _carrier_token(owner: Actor) -> str:
    """The simulated carrier sees all packages and tells events; it may do nothing else."""
    scopes = ["packages:read", "packages:carrier"]
    return create_token(name="Simulated carrier", scopes=scopes, actor=owner)[1]


def _link_customers(user: User) -> None:
    Customer.objects.filter(email=user.email).update(user=user)


def _send_part_of(number: str, sellers: dict[str, Seller], actor: Actor) -> None:
    """One order in every state at once: a lamp on its way, towels delivered, mugs still here."""
    order = Order.objects.get(number=number)
    for code, tracking, delivered in (
        ("luma", "NP 7741 2093", False),
        ("oda", "NP 0092 4471", True),
    ):
        items = list(order.items.filter(seller=sellers[code]))
        package = start_packaging(order=order, items=items, actor=actor)
        package = mark_ready(package=package, actor=actor)
        package = ship_package(package=package, tracking_number=tracking, actor=actor)
        if delivered:
            deliver_package(package=package, actor=actor)
