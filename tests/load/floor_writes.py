"""What the floor writes: the rows that the same act needs, by statements written by hand. Asked by
its views, and by PostgreSQL alone. No sign-in, no scoping, no rules, no history worth reading."""

import uuid


def place(cursor, given):
    """An order, its part, its lines and items, a payment, its ledger transaction and an event."""
    items = given["items"]
    total = sum(i["quantity"] * i["unit_price"] + i["shipping"] for i in items)
    product, shipping = total - sum(i["shipping"] for i in items), sum(i["shipping"] for i in items)
    cursor.execute("SELECT id FROM sellers_seller WHERE code = %s", [items[0]["seller"]])
    seller_id = cursor.fetchone()[0]
    cursor.execute(
        """INSERT INTO orders_customer (channel, external_id, first_name, last_name, email,
             phone, language) VALUES (%s, %s, %s, %s, %s, '', '')
           ON CONFLICT (channel, external_id) DO UPDATE SET email = excluded.email
           RETURNING id""",
        [given["channel"], given["customer"]["external_id"], "A", "B", "a@example.com"],
    )
    customer_id = cursor.fetchone()[0]
    cursor.execute(
        """INSERT INTO orders_order (version, updated_at, number, channel, customer_id, status,
             currency, placed_at, product_total, discount, shipping, tax, total, captured,
             surplus, shipping_address, billing_address, imported, content_digest)
           VALUES (1, now(), %s, %s, %s, 'waiting_packaging', 'EUR', now(), %s, 0, %s, 0, %s,
             %s, 0, '{}', '{}', false, '') RETURNING id""",
        [given["number"], given["channel"], customer_id, product, shipping, total, total],
    )
    order_id = cursor.fetchone()[0]
    cursor.execute(
        """INSERT INTO orders_sellerorder (version, updated_at, order_id, seller_id, status,
             placed_at, unit_count, product_total, discount, shipping, tax, total,
             has_cancelled, has_returned)
           VALUES (0, now(), %s, %s, 'waiting_packaging', now(), 3, %s, 0, %s, 0, %s, false,
             false) RETURNING id""",
        [order_id, seller_id, product, shipping, total],
    )
    part_id = cursor.fetchone()[0]
    for position, item in enumerate(items, start=1):
        _insert_line(cursor, order_id, part_id, seller_id, position, item)
    cursor.execute(
        """INSERT INTO orders_payment (order_id, position, method, installments, reference,
             amount, refund_reserved) VALUES (%s, 1, 'credit_card', 1, '', %s, 0)""",
        [order_id, total],
    )
    _post_capture(cursor, order_id, seller_id, total)
    _insert_event(cursor, "order.placed", "order", order_id, 1, order_id)


def cancel(cursor, number, wanted):
    """A case, its items, a plan with its lines and part, and their events."""
    cursor.execute("SELECT id FROM orders_order WHERE number = %s FOR UPDATE", [number])
    order_id = cursor.fetchone()[0]
    cursor.execute(
        """SELECT id, seller_order_id, seller_id, captured_product, captured_shipping
           FROM orders_orderitem WHERE order_id = %s AND number = %s FOR UPDATE""",
        [order_id, wanted],
    )
    item_id, part_id, seller_id, product, shipping = cursor.fetchone()
    cursor.execute(
        """INSERT INTO orders_case (version, updated_at, number, kind, order_id,
             seller_order_id, seller_id, status, origin, opened_at, imported)
           VALUES (1, now(), %s, 'cancel', %s, %s, %s, 'waiting', 'owner', now(), false)
           RETURNING id""",
        [uuid.uuid4().hex[:20], order_id, part_id, seller_id],
    )
    case_id = cursor.fetchone()[0]
    cursor.execute(
        """UPDATE orders_orderitem SET open_case_id = %s
           WHERE id = %s AND open_case_id IS NULL""",
        [case_id, item_id],
    )
    cursor.execute(
        """INSERT INTO refunds_refundplan (version, updated_at, number, type, order_id,
             seller_order_id, seller_id, case_id, status, currency, total, gateway,
             payable_when, created_at, imported, needs_second_approval, pay_to, round)
           VALUES (1, now(), %s, 'cancel', %s, %s, %s, %s, 'waiting', 'EUR', %s, 'simulator',
             'at_once', now(), false, false, 'original', 1) RETURNING id""",
        [uuid.uuid4().hex[:20], order_id, part_id, seller_id, case_id, product + shipping],
    )
    plan_id = cursor.fetchone()[0]
    cursor.execute(
        """INSERT INTO refunds_refundline (plan_id, seller_order_id, item_id, component,
             quantity, amount, gross, discount, uncaptured, refunded_before, commission, reason)
           VALUES (%s, %s, %s, 'product', 1, %s, %s, 0, 0, 0, 0, ''),
                  (%s, %s, %s, 'shipping', 1, %s, %s, 0, 0, 0, 0, '')""",
        [
            *(plan_id, part_id, item_id, product, product),
            *(plan_id, part_id, item_id, shipping, shipping),
        ],
    )
    cursor.execute(
        """INSERT INTO refunds_refundpart (plan_id, order_id, payment_id, amount)
           SELECT %s, %s, id, %s FROM orders_payment WHERE order_id = %s LIMIT 1""",
        [plan_id, order_id, product + shipping, order_id],
    )
    _insert_request(cursor, case_id, part_id, item_id, product + shipping)
    cursor.execute("UPDATE orders_order SET updated_at = now() WHERE id = %s", [order_id])
    cursor.execute("UPDATE orders_sellerorder SET updated_at = now() WHERE id = %s", [part_id])
    for event, subject, subject_id in (
        ("case.waiting", "case", case_id),
        ("refund_plan.waiting", "refund_plan", plan_id),
        ("cancellation.requested", "cancellation", case_id),
    ):
        event_id = _insert_event(cursor, event, subject, subject_id, 1, order_id)
    cursor.execute(
        """INSERT INTO events_delivery
             (event_id, subscriber, attempts, next_attempt_at, last_error)
           VALUES (%s, 'floor.evaluate', 0, now(), ''), (%s, 'floor.tell', 0, now(), '')""",
        [event_id, event_id],
    )
    return case_id


def _post_capture(cursor, order_id, seller_id, total):
    """A ledger transaction of three entries, and the balances; the accounts are there."""
    cursor.execute(
        """SELECT id, kind FROM finance_account
           WHERE currency = 'EUR' AND seller_id = %s AND kind IN %s ORDER BY id FOR UPDATE""",
        [seller_id, ("provider", "seller_pending", "commission")],
    )
    accounts = {kind: pk for pk, kind in cursor.fetchall()}
    commission = total // 10
    amounts = {
        "provider": total,
        "seller_pending": commission - total,
        "commission": -commission,
    }
    cursor.execute(
        """INSERT INTO finance_ledgertransaction
             (reference, kind, order_id, seller_id, posted_at, occurred_at)
           VALUES (%s, 'capture', %s, %s, now(), now()) RETURNING id""",
        [f"floor:{order_id}:{seller_id}", order_id, seller_id],
    )
    posted = cursor.fetchone()[0]
    rows = [(posted, accounts[kind], amount) for kind, amount in amounts.items()]
    cursor.execute(
        """INSERT INTO finance_ledgerentry (transaction_id, account_id, amount, currency)
           VALUES (%s, %s, %s, 'EUR'), (%s, %s, %s, 'EUR'), (%s, %s, %s, 'EUR')""",
        [value for row in rows for value in row],
    )
    cursor.execute(
        """UPDATE finance_account account SET balance = balance + entry.amount
           FROM finance_ledgerentry entry
           WHERE entry.transaction_id = %s AND account.id = entry.account_id""",
        [posted],
    )


def _insert_line(cursor, order_id, part_id, seller_id, position, item):
    product = item["quantity"] * item["unit_price"]
    cursor.execute(
        """INSERT INTO orders_orderline (order_id, seller_order_id, position, sku, name, barcode,
             category, quantity, unit_price, gross, discount, shipping, tax_rate, tax, total,
             captured_product, captured_shipping, commission_rate, commission)
           VALUES (%s, %s, %s, %s, %s, '', '', %s, %s, %s, 0, %s, 0, 0, %s, %s, %s, 0, 0)
           RETURNING id""",
        [
            *(order_id, part_id, position, item["sku"], item["name"], item["quantity"]),
            *(item["unit_price"], product, item["shipping"], product + item["shipping"]),
            *(product, item["shipping"]),
        ],
    )
    line_id = cursor.fetchone()[0]
    cursor.execute(
        """INSERT INTO orders_orderitem (version, updated_at, line_id, order_id, seller_order_id,
             seller_id, number, first_unit, last_unit, status, captured_product, captured_shipping,
             commission, refunded_product, refunded_shipping)
           VALUES (0, now(), %s, %s, %s, %s, %s, 0, %s, 'waiting_packaging', %s, %s, 0, 0, 0)""",
        [
            *(line_id, order_id, part_id, seller_id, f"{position}.1", item["quantity"]),
            *(product, item["shipping"]),
        ],
    )


def _insert_request(cursor, case_id, part_id, item_id, estimate):
    cursor.execute(
        """INSERT INTO cancellations_cancellationrequest (case_id, estimate, held_by)
           VALUES (%s, %s, '') RETURNING id""",
        [case_id, estimate],
    )
    cursor.execute(
        """INSERT INTO cancellations_cancellationitem (request_id, case_id, seller_order_id,
             item_id, reason_id, note, status, decided_by_role, decided_rule, decision_note)
           SELECT %s, %s, %s, %s, id, '', 'waiting', '', '', '' FROM orders_reason
           WHERE code = 'changed_mind' LIMIT 1""",
        [cursor.fetchone()[0], case_id, part_id, item_id],
    )


def _insert_event(cursor, event, subject, subject_id, seq, order_id):
    cursor.execute(
        """INSERT INTO events_event (type, subject_type, subject_id, seq, order_id, actor_role, via,
             occurred_at, recorded_at, imported, inferred, data)
           VALUES (%s, %s, %s, %s, %s, 'owner', 'api', now(), now(), false, false, '{}')
           RETURNING id""",
        [event, subject, subject_id, seq, order_id],
    )
    return cursor.fetchone()[0]
