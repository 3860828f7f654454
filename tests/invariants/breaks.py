"""One break per invariant, so small that only this invariant notices."""

from datetime import timedelta

from django.utils import timezone

from core.accounts.models import ApiToken
from core.actors import SYSTEM
from core.deadlines.models import Deadline, PeriodicRun
from core.exports.models import Export
from core.jobs.models import Job
from core.notifications.models import Mail
from packages.models import Package
from tests.factories import make_user
from tests.invariants.breaking import breaks, clone, drop, execute, order, tell

LONG_AGO = timezone.now() - timedelta(hours=2)
LATER = timezone.now() + timedelta(hours=2)
PLAN_OF = "(SELECT id FROM refunds_refundplan WHERE order_id = {})"
PACKAGE_OF = "(SELECT id FROM packages_package WHERE order_id = {})"
PART_OF = "(SELECT id FROM refunds_refundpart WHERE order_id = {} ORDER BY id LIMIT 1)"

# -- Money ----------------------------------------------------------------------------------


@breaks("The amounts of an order's lines add up to its header")
def _():
    execute(
        "UPDATE orders_order SET product_total = product_total + 1, total = total + 1 "
        "WHERE number = 'PACKED'"
    )


@breaks("The amounts of a seller order are those of its lines")
def _():
    execute(f"UPDATE orders_sellerorder SET unit_count = 99 WHERE order_id = {order('PACKED')}")


@breaks("What was captured for an order is the sum of its payments")
def _():
    execute(f"UPDATE orders_payment SET amount = amount + 1 WHERE order_id = {order('PACKED')}")


@breaks("The smaller of captured and total is spread over the lines, to the cent")
def _():
    execute(
        f"UPDATE orders_payment SET amount = amount - 1 WHERE order_id = {order('PACKED')}",
        "UPDATE orders_order SET captured = captured - 1 WHERE number = 'PACKED'",
    )


@breaks("Each item carries exactly its share of its line's money")
def _():
    execute(
        "UPDATE orders_orderitem SET captured_product = captured_product - 1 "
        f"WHERE order_id = {order('PACKED')} AND number = '1.1'"
    )


@breaks("No item gives back more than was captured for it")
def _():
    execute(
        "UPDATE refunds_refundline SET amount = amount + 1, gross = gross + 1 "
        f"WHERE plan_id = {PLAN_OF.format(order('ASKED'))} AND component = 'product'",
        f"UPDATE refunds_refundplan SET total = total + 1 WHERE order_id = {order('ASKED')}",
        f"UPDATE refunds_refundpart SET amount = amount + 1 WHERE order_id = {order('ASKED')}",
    )


@breaks("What an item has set aside is what its plans are paying or have paid")
def _():
    execute(f"UPDATE orders_orderitem SET refunded_product = 1 WHERE order_id = {order('ASKED')}")


@breaks("What a payment has set aside is what its parts have reserved, and within its amount")
def _():
    execute(f"UPDATE orders_payment SET refund_reserved = 1 WHERE order_id = {order('ASKED')}")


def _attempt(number: str, attempt_no: int, status: str, next_check_at=LATER) -> None:
    clone(
        "refunds_refundattempt",
        "true",
        part_id=PART_OF.format(order(number)),
        attempt_no=str(attempt_no),
        idempotency_key="gen_random_uuid()",
        status=f"'{status}'",
        provider_reference="''",
        next_check_at=f"'{next_check_at.isoformat()}'",
    )


@breaks("No order sends, or may have sent, more money back than was captured")
def _():
    _attempt("ENDED", 0, "unknown")


@breaks("A plan's amount is the sum of its lines and of its parts")
def _():
    execute(f"UPDATE refunds_refundplan SET total = total + 1 WHERE order_id = {order('ASKED')}")


@breaks("A case has at most one live plan in each round")
def _():
    drop("refunds_refundplan", "plan_one_live_per_case")
    clone(
        "refunds_refundplan",
        f"order_id = {order('ASKED')}",
        number="'RP-TWICE'",
        total="0",
        version="0",
    )


@breaks("A cancellation is paid in one round")
def _():
    execute(f"UPDATE refunds_refundplan SET round = 2 WHERE order_id = {order('ASKED')}")


@breaks("A cancellation that was approved has a plan")
def _():
    clone("orders_case", f"order_id = {order('ENDED')}", number="'CR-CLONE'")
    for seq in (1, 2, 3):
        clone(
            "events_event",
            f"subject_type = 'case' AND order_id = {order('ENDED')} AND seq = {seq}",
            subject_id="(SELECT id FROM orders_case WHERE number = 'CR-CLONE')",
        )


@breaks("A return that was approved for money has a plan")
def _():
    execute(
        "UPDATE returns_returnrequest SET wish = 'refund' WHERE case_id = "
        f"(SELECT id FROM orders_case WHERE order_id = {order('EXCHANGED')})"
    )


@breaks("A case is completed only when its money has left")
def _():
    tell("case", "orders_case", f"order_id = {order('APPROVED')}", "completed", "approved")


@breaks("A part of a completed plan was paid by exactly one attempt")
def _():
    execute(
        "UPDATE refunds_refundpart SET completed_at = NULL "
        f"WHERE id = {PART_OF.format(order('ENDED'))}"
    )


@breaks("A part has at most one attempt whose outcome is not known")
def _():
    drop("refunds_refundattempt", "attempt_one_undecided")
    _attempt("APPROVED", 0, "unknown")
    _attempt("APPROVED", 1, "sending")


@breaks("A new key is used only after the provider refused the last one")
def _():
    _attempt("APPROVED", 2, "failed")


@breaks("Amounts that move money are above zero")
def _():
    drop("refunds_refundpart", "refund_part_once", "refund_part_positive")
    for amount in (1, -1):
        clone("refunds_refundpart", f"order_id = {order('ASKED')}", amount=str(amount))


@breaks("Every ledger transaction balances, per currency")
def _():
    clone("finance_ledgertransaction", "true", reference="'nothing'", kind="'capture'")


@breaks("What was captured for a seller is in the ledger, with its commission")
def _():
    execute(
        "UPDATE finance_ledgertransaction SET reference = 'capture:lost' "
        f"WHERE order_id = {order('PACKED')}"
    )


@breaks("A surplus has set aside what its plans are paying or have paid")
def _():
    execute(
        "INSERT INTO refunds_ordersurplus (order_id, amount, reserved) "
        f"SELECT id, surplus, 1 FROM orders_order WHERE id = {order('APPROVED')}"
    )


@breaks("A surplus is in the ledger")
def _():
    execute(
        "UPDATE finance_ledgertransaction SET reference = 'surplus:lost' "
        "WHERE starts_with(reference, 'capture') AND right(reference, 7) = 'surplus'"
    )


@breaks("Every attempt that paid is in the ledger once, with its amount, and no other refund is")
def _():
    execute(
        f"UPDATE finance_ledgertransaction SET kind = 'refund' WHERE order_id = {order('PACKED')}"
    )


@breaks("A completed plan charged the seller its total less the commission given back")
def _():
    execute(
        "UPDATE refunds_refundline SET commission = commission - 1 "
        f"WHERE plan_id = {PLAN_OF.format(order('REFUNDED'))} AND component = 'product'"
    )


CREDIT_OF = """
    (SELECT account.id AS whose FROM finance_account account JOIN orders_order o
     ON o.customer_id = account.customer_id WHERE o.number = '{}')
"""


@breaks("What becomes store credit is credited to the customer who bought")
def _():
    account = CREDIT_OF.format("RETURNED")
    execute(f"UPDATE finance_account SET customer_id = 1000000 WHERE id = {account}")


@breaks("Store credit that paid for an order left its customer's account")
def _():
    execute(f"UPDATE orders_payment SET method = 'store_credit' WHERE order_id = {order('PACKED')}")


@breaks("Nobody has less store credit than none")
def _():
    drop("finance_account", "account_store_credit")
    account = CREDIT_OF.format("RETURNED")
    clone(
        "finance_ledgertransaction",
        "kind = 'capture'",
        reference="'spent'",
        order_id="NULL",
        kind="'store_credit'",
    )
    for amount, target in ((10_000, account), (-10_000, _PROVIDER)):
        clone(
            "finance_ledgerentry",
            "true",
            transaction_id="(SELECT max(id) FROM finance_ledgertransaction)",
            account_id=target,
            amount=str(amount),
            currency="'EUR'",
        )
        execute(f"UPDATE finance_account SET balance = balance + {amount} WHERE id = {target}")


_PROVIDER = "(SELECT min(id) FROM finance_account WHERE kind = 'provider' AND currency = 'EUR')"


@breaks("Commission is given back in proportion to what an item pays back")
def _():
    execute(
        "UPDATE refunds_refundline SET commission = commission + 1000 "
        f"WHERE plan_id = {PLAN_OF.format(order('ASKED'))} AND component = 'product'"
    )


@breaks("An order that ended and was paid back got exactly what was captured for it")
def _():
    left = f"order_id = {order('REFUNDED')} AND number = '2.1'"
    execute(
        "UPDATE packages_packageitem SET removed_at = now() WHERE item_id = "
        f"(SELECT id FROM orders_orderitem WHERE {left})",
        f"UPDATE orders_sellerorder SET status = 'cancelled' WHERE order_id = {order('REFUNDED')}",
        "UPDATE orders_order SET status = 'cancelled' WHERE number = 'REFUNDED'",
    )
    tell("order_item", "orders_orderitem", left, "cancelled", "preparing")
    tell("package", "packages_package", f"order_id = {order('REFUNDED')}", "cancelled", "preparing")


@breaks("An item that ended and was paid for got its product money back, less what was kept of it")
def _():
    plan = PLAN_OF.format(order("REFUNDED"))
    clone(
        "refunds_refundline",
        f"plan_id = {plan} AND component = 'product'",
        component="'deduction'",
        amount="-10",
        commission="0",
    )
    execute(
        "UPDATE refunds_refundline SET amount = amount + 10, gross = gross + 10 "
        f"WHERE plan_id = {plan} AND component = 'product'"
    )


@breaks("An order has one currency")
def _():
    execute(f"UPDATE refunds_refundplan SET currency = 'USD' WHERE order_id = {order('ASKED')}")


@breaks("An account's balance is the sum of its entries")
def _():
    execute("UPDATE finance_account SET balance = balance + 1 WHERE kind = 'commission'")


# -- Quantity -------------------------------------------------------------------------------


@breaks("The parts of a line follow each other and are all of it")
def _():
    execute(
        f"DELETE FROM orders_orderitem WHERE order_id = {order('PACKED')} "
        "AND status = 'waiting_packaging'",
        f"UPDATE orders_sellerorder SET status = 'preparing' WHERE order_id = {order('PACKED')}",
        "UPDATE orders_order SET status = 'preparing' WHERE number = 'PACKED'",
    )


@breaks("No more units are sent instead of an item than it has")
def _():
    execute(
        "UPDATE orders_orderitem SET replaces_id = (SELECT id FROM orders_orderitem "
        f"WHERE order_id = {order('EXCHANGED')} AND number = '1.1') "
        f"WHERE order_id = {order('EXCHANGED')} AND number = '4.1'"
    )


@breaks("No more units of an item come back than were asked for")
def _():
    execute(
        "UPDATE returns_receivedunits SET quantity = quantity + 1 WHERE parcel_id = "
        f"(SELECT id FROM returns_returnparcel WHERE order_id = {order('RETURNED')})"
    )


@breaks("Nothing waits for the goods of a parcel that has arrived, or never came")
def _():
    parcel = f"order_id = {order('AWAITED')}"
    tell("return_parcel", "returns_returnparcel", parcel, "received", "awaited")


@breaks("An item is in at most one package")
def _():
    drop("packages_packageitem", "item_in_one_live_package")
    clone("packages_packageitem", "removed_at IS NULL")


@breaks("An item under way is in a package that stands where the item stands")
def _():
    execute(
        "UPDATE packages_packageitem SET removed_at = now() WHERE item_id = (SELECT id FROM "
        f"orders_orderitem WHERE order_id = {order('PACKED')} AND number = '2.1')"
    )


@breaks("A cancelled item is in no package")
def _():
    execute(
        "UPDATE packages_packageitem SET removed_at = NULL WHERE item_id = (SELECT id FROM "
        f"orders_orderitem WHERE order_id = {order('REFUNDED')} AND number = '1.1')"
    )


@breaks("A package is cancelled when nothing is left in it")
def _():
    clone("packages_package", f"order_id = {order('PACKED')}", number="'P-EMPTY'", version="0")


@breaks("What is in a package was packed, and came back only from one that had left")
def _():
    clone(
        "packages_packageitem",
        f"package_id = {PACKAGE_OF.format(order('PACKED'))}",
        item_id=f"(SELECT id FROM orders_orderitem WHERE order_id = {order('PACKED')} "
        "AND status = 'waiting_packaging')",
    )


@breaks("A package has one carrier at most")
def _():
    drop("packages_package", "package_one_carrier")
    execute(
        "UPDATE packages_package SET other_carrier = 'Uncle Jo', delivery_option_id = 1 "
        f"WHERE order_id = {order('PACKED')}"
    )


@breaks("A package knows when it left and arrived exactly when it did, in this order")
def _():
    execute(f"UPDATE packages_package SET shipped_at = now() WHERE order_id = {order('PACKED')}")


@breaks("A package stands where its carrier's reports have moved it, or further on")
def _():
    execute(
        "INSERT INTO packages_carrierreport "
        "(package_id, key, kind, occurred_at, received_at, place, reason, outcome) "
        "SELECT id, 'k-1', 'shipped', now(), now(), '', '', 'moved' "
        f"FROM packages_package WHERE order_id = {order('PACKED')}"
    )


@breaks("An invoice has a number, and somebody gave it")
def _():
    execute(
        "UPDATE packages_package SET invoice_link = 'https://example.com/1' "
        f"WHERE order_id = {order('PACKED')}"
    )


@breaks("A cancelled item was never shipped")
def _():
    clone(
        "events_event",
        f"order_id = {order('ENDED')} AND subject_type = 'order_item'",
        type="'order_item.shipped'",
        seq="2",
        data="'{}'::jsonb",
    )
    execute(f"UPDATE orders_orderitem SET version = 2 WHERE order_id = {order('ENDED')}")


@breaks("An item marked as being in a request is in one that is open, and has not ended")
def _():
    execute(
        "UPDATE orders_orderitem SET open_case_id = "
        f"(SELECT id FROM orders_case WHERE order_id = {order('APPROVED')}) "
        f"WHERE order_id = {order('APPROVED')} AND status = 'waiting_packaging'"
    )


@breaks("A request that waits is about something")
def _():
    execute(f"UPDATE orders_orderitem SET open_case_id = NULL WHERE order_id = {order('ASKED')}")


@breaks("The decisions on a cancellation's items agree with its case")
def _():
    execute(
        "UPDATE cancellations_cancellationitem SET status = 'rejected' WHERE case_id = "
        f"(SELECT id FROM orders_case WHERE order_id = {order('APPROVED')})"
    )


@breaks("An approved cancellation's items are cancelled")
def _():
    execute(
        "UPDATE cancellations_cancellationitem SET status = 'approved' WHERE case_id = "
        f"(SELECT id FROM orders_case WHERE order_id = {order('ASKED')})"
    )


@breaks("The answers to a return's items agree with its case")
def _():
    execute(
        "UPDATE returns_returnitem SET status = 'withdrawn' WHERE case_id = "
        f"(SELECT id FROM orders_case WHERE order_id = {order('AWAITED')})"
    )


@breaks("What a seller rejected of a return is in a dispute")
def _():
    execute(
        "DELETE FROM returns_disputeitem WHERE dispute_id = "
        f"(SELECT id FROM returns_dispute WHERE order_id = {order('DISPUTED')})"
    )


@breaks("What is offered waits for an answer, and what is kept was offered or decided")
def _():
    execute(
        "UPDATE returns_returnitem SET status = 'withdrawn' WHERE id = "
        f"(SELECT entry_id FROM returns_offer WHERE order_id = {order('OFFERED')})"
    )


@breaks("A dispute is as far as its decisions, and each says what it pays for every item")
def _():
    dispute = f"(SELECT id FROM returns_dispute WHERE order_id = {order('DISPUTED')})"
    execute(
        "INSERT INTO returns_decision (dispute_id, round, outcome, fault, shipping_paid_by, "
        "goods_back, note, internal_note, decided_at) "
        f"VALUES ({dispute}, 1, 'none', 'seller', 'seller', false, 'So.', '', now())"
    )


# -- History --------------------------------------------------------------------------------


@breaks("An order and its parts are named after their least advanced live item")
def _():
    execute("UPDATE orders_order SET status = 'shipped' WHERE number = 'ASKED'")


@breaks("A row's version is the number of its events, without gaps")
def _():
    execute("UPDATE orders_order SET version = version + 1 WHERE number = 'ARRIVED'")


@breaks("A row's status is what its last event says")
def _():
    execute(f"UPDATE refunds_refundplan SET status = 'approved' WHERE order_id = {order('ASKED')}")


@breaks("Each move starts where the last one ended")
def _():
    execute(
        """UPDATE events_event SET data = data || '{"from": "ready_to_ship"}'::jsonb """
        f"WHERE order_id = {order('ARRIVED')} AND type = 'order_item.shipped'"
    )


@breaks("Every move is one that its table of states allows")
def _():
    case = f"order_id = {order('ASKED')}"
    tell("case", "orders_case", case, "completed", "waiting")
    tell("case", "orders_case", case, "waiting", "completed")


@breaks("Customers ask; they do not pack, ship, decide or pay")
def _():
    execute("UPDATE events_event SET actor_role = 'customer' WHERE type = 'package.shipped'")


@breaks("Mails about a package tell of what happened to it")
def _():
    package = Package.objects.get(order__number="PACKED")
    Mail.objects.create(
        to="x@example.com",
        subject="x",
        text="x",
        language="en",
        template="package_shipped",
        dedupe_key=f"package_shipped:{package.pk}:1",
        message_id="y",
        order_id=package.order_id,
        sent_at=LONG_AGO,
    )


@breaks("Every event is owed to everybody who subscribed to it")
def _():
    execute(
        "DELETE FROM events_delivery WHERE event_id = "
        "(SELECT max(id) FROM events_event WHERE type = 'cancellation.requested')"
    )


@breaks("Every delivery has its event, and each subscriber each event once")
def _():
    drop("events_delivery", "delivery_once")
    clone("events_delivery", "true")


@breaks("An imported past owes nothing to anybody")
def _():
    clone(
        "events_delivery",
        "true",
        event_id=f"(SELECT min(id) FROM events_event WHERE order_id = {order('ENDED')})",
    )


# -- Tenancy --------------------------------------------------------------------------------


@breaks("No row points into another order, or into another seller's part of one")
def _():
    execute(
        "UPDATE orders_case SET seller_id = (SELECT id FROM sellers_seller WHERE code = 's-2') "
        f"WHERE order_id = {order('ASKED')}"
    )


@breaks("Every act of a seller was done by one of its members, on its own rows")
def _():
    execute("UPDATE sellers_sellermember SET valid_from = now() + interval '1 hour'")


# -- Time -----------------------------------------------------------------------------------


@breaks("What an event tells happened before it was written down")
def _():
    execute(
        "UPDATE events_event SET occurred_at = recorded_at + interval '2 days' "
        f"WHERE order_id = {order('ARRIVED')} AND type = 'order.placed'"
    )


@breaks("A delivery is handled within five minutes")
def _():
    execute("UPDATE events_delivery SET dead_at = now() WHERE handled_at IS NULL")


@breaks("A deadline that has passed is acted on within 15 minutes")
def _():
    Deadline.objects.create(
        step="cancellation.answer",
        subject_type="case",
        subject_id=1,
        started_at=LONG_AGO,
        due_at=LONG_AGO,
        time_zone="UTC",
        action="approve",
        next_attempt_at=LONG_AGO,
    )


@breaks("A request that waits has a date by which it is answered")
def _():
    execute(
        "UPDATE orders_case SET opened_at = now() - interval '1 hour' "
        f"WHERE order_id = {order('ASKED')}"
    )


@breaks("An attempt whose outcome is not known is asked about in time")
def _():
    _attempt("APPROVED", 1, "unknown", next_check_at=LONG_AGO)


@breaks("A plan that may be paid is being paid")
def _():
    execute(
        "UPDATE refunds_refundplan SET payable_at = now() - interval '1 hour' "
        f"WHERE order_id = {order('APPROVED')}"
    )


@breaks("Mail and long work that are owed are tried in time")
def _():
    Mail.objects.create(
        to="x@example.com",
        subject="x",
        text="x",
        language="en",
        template="x",
        dedupe_key="x",
        message_id="x",
        next_attempt_at=LONG_AGO,
    )


@breaks("A slot of a periodic task ran at most once")
def _():
    drop("deadlines_periodicrun", "periodic_run_once")
    for _run in range(2):
        PeriodicRun.objects.create(job="sweep", slot=LONG_AGO)


# -- Access ---------------------------------------------------------------------------------


def _token(digest: str, **person) -> None:
    user = make_user(**person)
    ApiToken.objects.create(
        user=user,
        name="t",
        role="owner",
        prefix="abcdefgh",
        digest=digest,
        created_by=user,
        expires_at=LATER,
    )


@breaks("Of a token only its digest is stored")
def _():
    _token("mkt_secret")


@breaks("Nobody who is inactive has a token that lives")
def _():
    _token("a" * 64, is_active=False)


def _export(**facts) -> Export:
    """One whose job is done."""
    job = Job(kind="export", actor_role="system")
    job.begin(actor=SYSTEM)
    for status in ("running", "done"):
        job.transition_to(status, actor=SYSTEM)
    return Export.objects.create(
        job=job,
        user=make_user(),
        actor_role="owner",
        source="orders",
        columns=["order_number"],
        zone="UTC",
        language="en",
        rows=0,
        **facts,
    )


@breaks("No export is handed out after its days are over")
def _():
    kept = {"ready_at": LONG_AGO, "expires_at": LONG_AGO + timedelta(hours=1)}
    _export(file_name="orders.csv", size=1, **kept).job.note("job.downloaded", actor=SYSTEM)


@breaks("An export that is done has its file, with all the rows that were frozen")
def _():
    _export()
