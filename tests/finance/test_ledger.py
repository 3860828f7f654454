"""Every movement balances, happens once, and is in the stored balances."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from core.actors import SYSTEM
from finance.models import Account, LedgerEntry, LedgerTransaction
from finance.operations import Capture, SellerShare, post_captures, post_refund
from tests.factories import line, make_order, make_seller

pytestmark = pytest.mark.django_db


def balances(seller=None) -> dict[str, int]:
    return dict(Account.objects.filter(seller=seller).values_list("kind", "balance"))


def assert_ledger_is_sound() -> None:
    per_transaction = LedgerEntry.objects.values_list("transaction", "currency")
    assert not per_transaction.annotate(sum=Sum("amount")).exclude(sum=0)
    for account in Account.objects.annotate(sum=Sum("entries__amount")):
        assert account.balance == (account.sum or 0), account


def refund(seller, amount=500, commission=60, reference="refund:1") -> None:
    post_refund(
        reference=reference,
        order_id=1,
        seller_id=seller.pk,
        currency="EUR",
        amount=amount,
        commission=commission,
    )


def test_a_capture_credits_each_seller_less_commission():
    first, second = make_seller(), make_seller(commission_rate="0.20")
    make_order(lines=[line(first, 2, 1000, 0, 500), line(second, 1, 3000)])
    assert balances(first) == {"provider": 2500, "commission": -240, "seller_pending": -2260}
    assert balances(second) == {"provider": 3000, "commission": -600, "seller_pending": -2400}
    assert_ledger_is_sound()


def test_a_surplus_is_owed_to_no_seller():
    seller = make_seller()
    order = make_order(lines=[line(seller, 1, 1000)], payments=[("credit_card", 1070)])
    assert balances() == {"provider": 70, "surplus": -70}
    assert balances(seller)["provider"] == 1000
    assert LedgerTransaction.objects.filter(reference=f"capture:{order.pk}:surplus").exists()


def test_an_order_of_nothing_posts_nothing():
    make_order(lines=[line(make_seller(), 1, 0)])
    assert not LedgerTransaction.objects.exists()


def test_a_refund_charges_the_seller_and_gives_the_commission_back():
    seller = make_seller()
    make_order(lines=[line(seller, 1, 1000)])
    refund(seller)
    assert balances(seller) == {"provider": 500, "commission": -60, "seller_pending": -440}
    assert_ledger_is_sound()


def test_a_reference_posts_once():
    seller = make_seller()
    refund(seller)
    refund(seller)
    assert balances(seller)["provider"] == -500
    assert LedgerTransaction.objects.count() == 1


def test_a_seller_may_owe_more_than_they_sold():
    seller = make_seller()
    refund(seller, amount=500, commission=0)
    assert balances(seller)["seller_pending"] == 500


@pytest.mark.parametrize(("amount", "commission"), [(0, 0), (-5, 0), (5, -1)])
def test_what_is_no_refund_is_refused(amount, commission):
    with pytest.raises(ValueError, match="Not a refund"):
        refund(make_seller(), amount, commission)


def test_currencies_never_mix():
    seller = make_seller()
    make_order(sellers=[seller], currency="EUR")
    make_order(sellers=[seller], currency="BRL")
    accounts = Account.objects.filter(seller=seller, kind="provider")
    assert sorted(accounts.values_list("currency", "balance")) == [("BRL", 2500), ("EUR", 2500)]


def test_a_batch_of_captures_costs_a_handful_of_statements(django_assert_max_num_queries):
    sellers = [make_seller() for _ in range(20)]
    captures = [
        Capture(
            order_id=number,
            currency="EUR",
            occurred_at=timezone.now(),
            shares=[SellerShare(sellers[number % 20].pk, captured=1000, commission=120)],
            surplus=number % 2,
        )
        for number in range(1, 501)
    ]
    with django_assert_max_num_queries(12):
        post_captures(captures, actor=SYSTEM)
    assert LedgerTransaction.objects.count() == 750
    assert_ledger_is_sound()
    post_captures(captures, actor=SYSTEM)
    assert LedgerTransaction.objects.count() == 750


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_transaction_that_does_not_balance():
    account = Account.objects.create(kind="surplus", currency="EUR")

    @transaction.atomic
    def post_one_side():
        row = LedgerTransaction.objects.create(reference="wrong", kind="capture")
        LedgerEntry.objects.create(transaction=row, account=account, amount=5, currency="EUR")

    with pytest.raises(IntegrityError, match="does not balance"):
        post_one_side()
    assert not LedgerTransaction.objects.exists()


@pytest.mark.parametrize("table", ["finance_ledgerentry", "finance_ledgertransaction"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_the_database_refuses_to_change_what_was_posted(table, change):
    refund(make_seller())
    statement = change.format(table)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_postings_to_the_same_accounts_wait_and_never_deadlock():
    """Sellers are named in opposite orders, and none has an account yet."""
    sellers = [make_seller() for _ in range(4)]
    errors, start = [], threading.Barrier(6)

    def post(worker: int) -> None:
        try:
            start.wait()
            for turn in range(10):
                own = sellers if worker % 2 else sellers[::-1]
                shares = [SellerShare(seller.pk, 100, 12) for seller in own]
                order_id = worker * 1000 + turn
                post_captures([Capture(order_id, "EUR", None, shares, surplus=1)], actor=SYSTEM)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert balances(sellers[0])["provider"] == 6 * 10 * 100
    assert balances()["surplus"] == -60
    assert_ledger_is_sound()


def test_the_smallest_refund_is_posted_and_less_is_refused():
    seller = make_seller()
    refund(seller, amount=1, commission=0)
    assert balances(seller) == {"provider": -1, "seller_pending": 1}

    for amount, commission in [(0, 0), (1, -1)]:
        with pytest.raises(ValueError, match="Not a refund"):
            refund(seller, amount=amount, commission=commission, reference="refund:2")


def test_a_surplus_below_zero_is_refused():
    capture = Capture(order_id=1, currency="EUR", occurred_at=None, shares=[], surplus=-1)

    with pytest.raises(ValueError, match="never negative"):
        post_captures([capture], actor=SYSTEM)
