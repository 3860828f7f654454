from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import MinorUnits
from finance.querysets import AccountQuerySet, EntryQuerySet


class Account(models.Model):
    """A purse of one currency. One row per (kind, seller or customer, currency).

    Every kind has a row per seller, so that no row of the marketplace's own is touched by every
    order. `balance` (minor units) is the sum of its entries: debits positive, credits negative.
    """

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("Money at the payment provider")
        SELLER_PENDING = "seller_pending", _("Owed to the seller")
        COMMISSION = "commission", _("Commission earned")
        SURPLUS = "surplus", _("Captured above the total")
        STORE_CREDIT = "store_credit", _("Store credit of a customer")

    kind = models.CharField(max_length=20, choices=Kind)
    seller = models.ForeignKey(
        "sellers.Seller", null=True, on_delete=models.PROTECT, related_name="accounts"
    )
    customer_id = models.BigIntegerField(null=True, help_text="whose store credit it is")
    currency = models.CharField(max_length=3)
    balance = MinorUnits(default=0)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "seller", "customer_id", "currency"],
                nulls_distinct=False,
                name="account_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind="store_credit",
                    customer_id__isnull=False,
                    seller__isnull=True,
                    # A credit is what we owe: the customer can spend it, and never more.
                    balance__lte=0,
                )
                | ~models.Q(kind="store_credit") & models.Q(customer_id__isnull=True),
                name="account_store_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seller_id or '-'} {self.currency}"


class LedgerTransaction(models.Model):
    """Entries that sum to zero. `reference` names what caused it, once: "capture:17"."""

    reference = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=30)
    order_id = models.BigIntegerField(null=True)
    seller_id = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(default=timezone.now)
    occurred_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["order_id"], name="ledger_by_order")]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """One movement on one account: debit positive, credit negative, never 0. Append-only."""

    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries"
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount = MinorUnits()
    currency = models.CharField(max_length=3)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="entry_moves_something")
        ]
        indexes = [models.Index(fields=["account", "-id"], name="entry_by_account")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
