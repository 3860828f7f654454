from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.accounts.querysets import ApiTokenQuerySet, StaffMemberQuerySet
from core.actors import Role
from core.states import Recorded


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields):
        """A person. Without a password they sign in by e-mailed code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do comes from memberships, never from this row."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email


class MemberRank(models.TextChoices):
    """product.md §8: Employee packs and ships; Manager also rejects, answers and exports;
    Admin also users, tokens and settings."""

    EMPLOYEE = "employee", _("Employee")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Admin")


class StaffMember(Recorded):
    """A person who works for the marketplace owner, from … to."""

    EVENT = "staff_member"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_memberships")
    rank = models.CharField(_("role"), max_length=10, choices=MemberRank)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(valid_to=None),
                name="staff_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="staff_member_from_before_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.rank})"


class ApiToken(Recorded):
    """A program's way in: acts as one person on one surface, with listed scopes.

    The secret is 256 random bits, shown once; only its sha256 is stored. `seller_id` is a plain
    number: the kernel knows no app. `prefix` is the readable start of the secret ("mkt_1a2b3c4d").
    """

    EVENT = "api_token"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(max_length=10, choices=[(role, role) for role in Role])
    seller_id = models.BigIntegerField(null=True, blank=True)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(role="seller") | models.Q(seller_id__isnull=False),
                name="seller_token_names_its_seller",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotencyRecord(models.Model):
    """The answer a POST got, for whoever sends it again. Kept 30 days.

    Written in the transaction of the act itself (`core.accounts.idempotency`): a crash leaves
    neither. `body` is the answer's exact text.
    """

    principal = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
