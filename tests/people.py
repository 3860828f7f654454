"""People and shops for tests: short names for what nearly every test needs."""

from itertools import count

from core.accounts.actors import actor_for
from core.accounts.models import MemberRank, StaffMember, User
from core.accounts.operations import create_token
from core.actors import Actor, Role
from sellers.models import Seller, SellerMember

PASSWORD = "a long enough password"
_numbers = count(1)


def a_person(email: str = "", **fields) -> User:
    return User.objects.create_user(email or f"person{next(_numbers)}@example.com", **fields)


def a_seller(**fields) -> Seller:
    number = next(_numbers)
    fields = {"code": f"shop-{number}", "name": f"Shop {number}"} | fields
    return Seller.objects.create(**fields)


def join_staff(user: User, rank: str = MemberRank.ADMIN) -> StaffMember:
    return StaffMember.objects.create(user=user, rank=rank)


def join_seller(user: User, seller: Seller, rank: str = MemberRank.ADMIN) -> SellerMember:
    return SellerMember.objects.create(user=user, seller=seller, rank=rank)


def an_owner(rank: str = MemberRank.ADMIN) -> Actor:
    user = a_person()
    join_staff(user, rank)
    return actor_for(user, Role.OWNER)


def a_seller_member(seller: Seller | None = None, rank: str = MemberRank.ADMIN) -> Actor:
    user = a_person()
    seller = seller or a_seller()
    join_seller(user, seller, rank)
    return actor_for(user, Role.SELLER, seller_id=seller.pk)


def a_customer(user: User | None = None) -> Actor:
    return actor_for(user or a_person(), Role.CUSTOMER)


def a_token(actor: Actor, *scopes: str) -> str:
    """The secret of a new token that acts as this actor."""
    return create_token(name="test", scopes=scopes, actor=actor)[1]


def signed_in(client, actor_or_user):
    """The test client, signed in as this person."""
    user = actor_or_user
    if isinstance(user, Actor):
        user = User.objects.get(pk=user.user_id)
    client.force_login(user)
    return client
