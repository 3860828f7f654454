"""How people and programs come in, for tests through HTTP."""

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.accounts.actors import actor_for
from core.accounts.models import StaffMember, User
from core.accounts.operations import create_token
from core.actors import Actor
from sellers.models import Seller, SellerMember


def join_staff(user: User, rank: str = "admin") -> StaffMember:
    return StaffMember.objects.create(user=user, rank=rank)


def join_seller(user: User, seller: Seller, rank: str = "admin") -> SellerMember:
    return SellerMember.objects.create(user=user, seller=seller, rank=rank)


def token_of(actor: Actor, *scopes: str) -> str:
    """The secret of a new token that acts as this actor."""
    return create_token(name="test", scopes=scopes, actor=actor)[1]


def bearer(actor: Actor, *scopes: str) -> dict[str, str]:
    """Headers of a call as this actor: `client.get(url, headers=bearer(owner, "orders:read"))`."""
    return {"Authorization": f"Bearer {token_of(actor, *scopes)}"}


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def signed_in(client, actor: Actor):
    """The test client, signed in as this actor's person."""
    client.force_login(user_of(actor))
    return client


def renewed(actor: Actor) -> Actor | None:
    """The same person on the same surface, asked again."""
    return actor_for(user_of(actor), actor.role, seller_id=actor.seller_id)


class Program:
    """Somebody's program: a token, and a client that knows the API's address."""

    def __init__(self, actor: Actor, *scopes: str):
        self.client, self.token = Client(), token_of(actor, *scopes)

    def get(self, path: str, **parameters):
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(f"/api/v1/{path}", parameters, headers=headers)

    def post(self, path: str, content=None, key: str = "", **headers):
        headers |= self._written(key)
        return self.client.post(
            f"/api/v1/{path}", content or {}, content_type="application/json", headers=headers
        )

    def give(self, content: bytes, name: str = "photo.png", key: str = "", path: str = "evidence/"):
        """As multipart, the way files come."""
        upload = SimpleUploadedFile(name, content)
        return self.client.post(f"/api/v1/{path}", {"file": upload}, headers=self._written(key))

    def _written(self, key: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or str(uuid4()),
        }
