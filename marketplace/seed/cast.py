"""Who is there before the first order: sellers, their people, carriers, and the owner's rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from cancellations.models import AutoApprovalPolicy
from core.accounts.models import MemberRank, StaffMember, User
from core.actors import Actor, Rank, Role, Via
from core.bulk import insert
from core.money import currency_exponent
from finance.models import Account
from finance.operations import AccountKey
from marketplace.seed.catalogue import Catalogue, carriers, catalogue_of
from marketplace.seed.people import COUNTRIES, PORTUGAL
from marketplace.seed.shape import Shape
from orders.defaults import ensure_reasons
from orders.models import OrderStatus, Reason
from sellers.models import (
    DeliveryOption,
    Seller,
    SellerDeliveryOption,
    SellerMember,
    ShippingCompany,
)

PEOPLE_AT = "@seed.example"  # the addresses of everybody made here
OWNER = f"owner{PEOPLE_AT}"
RANKS = {MemberRank.ADMIN: "admin", MemberRank.EMPLOYEE: "packing"}
CURRENCIES = tuple(sorted({PORTUGAL.currency, *(country.currency for _n, country in COUNTRIES)}))
Kind = Account.Kind


@dataclass(frozen=True)
class Cast:
    """Everybody whom orders and their histories name; user ids by seller and rank."""

    shape: Shape
    catalogue: Catalogue
    owner_id: int
    members: Mapping[tuple[int, str], int]
    reasons: Mapping[tuple[str, str], int]  # ids by kind and code
    policy: AutoApprovalPolicy
    accounts: Mapping[AccountKey, int]

    def member_of(self, seller_id: int, rank: str) -> Actor:
        return Actor(
            Role.SELLER,
            user_id=self.members[seller_id, rank],
            seller_id=seller_id,
            rank=Rank(rank),
        )

    @property
    def owners_program(self) -> Actor:
        """What sends orders in."""
        return Actor(Role.OWNER, user_id=self.owner_id, rank=Rank.ADMIN, via=Via.API)


def cast_of(shape: Shape, owner_id: int, first_member_id: int, reasons: Mapping) -> Cast:
    """The cast of a shape, given the few keys that are the database's to give."""
    catalogue = catalogue_of(shape)
    places = [(seller.pk, rank) for seller in catalogue.sellers for rank in RANKS]
    return Cast(
        shape=shape,
        catalogue=catalogue,
        owner_id=owner_id,
        members={place: first_member_id + n for n, place in enumerate(places)},
        reasons=reasons,
        policy=AutoApprovalPolicy(
            up_to_status=OrderStatus.WAITING_PACKAGING, up_to_amount=20_000, currency="EUR"
        ),
        accounts={key: n for n, key in enumerate(_account_keys(catalogue), start=1)},
    )


def _account_keys(catalogue: Catalogue) -> Iterator[AccountKey]:
    for currency in CURRENCIES:
        assert currency_exponent(currency) in (0, 2, 3)
        yield Kind.PROVIDER, None, currency
        yield Kind.SURPLUS, None, currency
        for seller in catalogue.sellers:
            for kind in (Kind.PROVIDER, Kind.SELLER_PENDING, Kind.COMMISSION):
                yield kind, seller.pk, currency


def write_cast(shape: Shape) -> Cast:
    """Make everybody; nobody has a password, they sign in by a code sent to their address."""
    ensure_reasons()
    reasons = {(r.kind, r.code): r.pk for r in Reason.objects.all()}
    catalogue = catalogue_of(shape)
    people = insert(
        [
            _user(shape, OWNER, "Ada Moreau", "Europe/Lisbon"),
            *(
                _user(shape, f"{seller.code}.{word}{PEOPLE_AT}", seller.name, seller.time_zone)
                for seller in catalogue.sellers
                for word in RANKS.values()
            ),
        ]
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user_id=user.pk, email=user.email, verified=True, primary=True)
        for user in people
    )
    cast = cast_of(shape, people[0].pk, people[0].pk + 1, reasons)
    insert([StaffMember(user=people[0], rank=MemberRank.ADMIN, valid_from=shape.began_at)])
    _write_sellers(cast)
    cast.policy.save(force_insert=True)
    return cast


def _user(shape: Shape, email: str, name: str, time_zone: str) -> User:
    # No usable password, and none that would be another one in the next database.
    return User(
        email=email,
        name=name,
        password="!seeded",  # noqa: S106 (an unusable one)
        time_zone=time_zone,
        created_at=shape.began_at,
    )


def _write_sellers(cast: Cast) -> None:
    sellers = cast.catalogue.sellers
    companies, options = carriers()
    Seller.objects.bulk_create(sellers)
    ShippingCompany.objects.bulk_create(companies)
    DeliveryOption.objects.bulk_create(options)
    insert(
        SellerDeliveryOption(seller=seller, option=option, is_default=option is usual)
        for seller in sellers
        for usual in [options[seller.pk % len(options)]]
        for option in options
    )
    insert(
        SellerMember(
            seller_id=seller_id, user_id=user_id, rank=rank, valid_from=cast.shape.began_at
        )
        for (seller_id, rank), user_id in cast.members.items()
    )
