-- What must always be true. A row that a query returns is a violation.
--
-- "-- name:" begins a query; its sentence says what is true. "-- nightly:" says why a query is
-- left out of checks of recent orders only. in_scope(x) limits a query to the orders looked at.
-- :recorded, :moves and :owed are tables of our own rules, made from the models and the
-- subscribers (see check.py). No percent signs here.

-- ---------------------------------------------------------------------------------- money

-- name: The amounts of an order's lines add up to its header
select o.id as order_id, o.number from orders_order o
join lateral (
    select coalesce(sum(gross), 0) as gross, coalesce(sum(discount), 0) as discount,
        coalesce(sum(shipping), 0) as shipping, coalesce(sum(tax), 0) as tax,
        coalesce(sum(total), 0) as total
    from orders_orderline where order_id = o.id
) l on true
where in_scope(o.id)
and (o.product_total, o.discount, o.shipping, o.tax, o.total)
    is distinct from (l.gross, l.discount, l.shipping, l.tax, l.total);

-- name: The amounts of a seller order are those of its lines
select p.id as seller_order_id, p.order_id from orders_sellerorder p
join lateral (
    select coalesce(sum(gross), 0) as gross, coalesce(sum(discount), 0) as discount,
        coalesce(sum(shipping), 0) as shipping, coalesce(sum(tax), 0) as tax,
        coalesce(sum(total), 0) as total, coalesce(sum(quantity), 0) as units
    from orders_orderline where seller_order_id = p.id
) l on true
where in_scope(p.order_id)
and (p.product_total, p.discount, p.shipping, p.tax, p.total, p.unit_count)
    is distinct from (l.gross, l.discount, l.shipping, l.tax, l.total, l.units);

-- name: What was captured for an order is the sum of its payments
select o.id as order_id, o.captured, o.surplus, coalesce(p.paid, 0) as paid from orders_order o
left join lateral (select sum(amount) as paid from orders_payment where order_id = o.id) p on true
where in_scope(o.id)
and (o.captured <> coalesce(p.paid, 0) or o.surplus <> greatest(o.captured - o.total, 0));

-- name: The smaller of captured and total is spread over the lines, to the cent
select o.id as order_id, least(o.captured, o.total) as due, l.spread from orders_order o
join lateral (
    select sum(captured_product + captured_shipping) as spread
    from orders_orderline where order_id = o.id
) l on true
where in_scope(o.id) and l.spread is distinct from least(o.captured, o.total);

-- name: Each item carries exactly its share of its line's money
select i.id as item_id, i.order_id, i.number from orders_orderitem i
join orders_orderline l on l.id = i.line_id
where in_scope(i.order_id) and (i.captured_product, i.captured_shipping, i.commission) <> (
    l.captured_product * i.last_unit / l.quantity - l.captured_product * i.first_unit / l.quantity,
    l.captured_shipping * i.last_unit / l.quantity - l.captured_shipping * i.first_unit / l.quantity,
    coalesce(
        l.commission * (l.captured_product * i.last_unit / l.quantity) / nullif(l.captured_product, 0)
        - l.commission * (l.captured_product * i.first_unit / l.quantity)
        / nullif(l.captured_product, 0), 0
    )
);

-- name: No item gives back more than was captured for it
select i.id as item_id, i.order_id, r.component, r.amount from orders_orderitem i
join (
    select r.item_id, sum(r.amount) as amount,
        case r.component when 'shipping' then 'shipping' else 'product' end as component
    from refunds_refundline r
    join refunds_refundplan p on p.id = r.plan_id
    where r.dropped_at is null and p.status <> 'void' and in_scope(p.order_id)
    group by r.item_id, 3
) r on r.item_id = i.id
where (r.component = 'product' and r.amount > i.captured_product)
or (r.component = 'shipping' and r.amount > i.captured_shipping);

-- name: What an item has set aside is what its plans are paying or have paid
select i.id as item_id, i.order_id, i.refunded_product, i.refunded_shipping
from orders_orderitem i
left join (
    select r.item_id, sum(r.amount) filter (where r.component <> 'shipping') as product,
        sum(r.amount) filter (where r.component = 'shipping') as shipping
    from refunds_refundline r
    where r.dropped_at is null and exists (
        select 1 from refunds_refundpart t
        where t.plan_id = r.plan_id and t.reserved_at is not null and in_scope(t.order_id)
    )
    group by r.item_id
) r on r.item_id = i.id
where in_scope(i.order_id) and (i.refunded_product, i.refunded_shipping)
    <> (coalesce(r.product, 0), coalesce(r.shipping, 0));

-- name: What a payment has set aside is what its parts have reserved, and within its amount
select p.id as payment_id, p.order_id, p.amount, p.refund_reserved, coalesce(t.reserved, 0) as parts
from orders_payment p
left join (
    select payment_id, sum(amount) as reserved from refunds_refundpart
    where reserved_at is not null and in_scope(order_id) group by payment_id
) t on t.payment_id = p.id
where in_scope(p.order_id)
and (p.refund_reserved <> coalesce(t.reserved, 0) or p.refund_reserved > p.amount);

-- name: A surplus has set aside what its plans are paying or have paid
select s.order_id, s.amount, s.reserved, o.surplus, coalesce(p.total, 0) as plans
from refunds_ordersurplus s
join orders_order o on o.id = s.order_id
left join lateral (
    select sum(r.total) as total from refunds_refundplan r
    where r.order_id = s.order_id and r.type = 'surplus' and exists (
        select 1 from refunds_refundpart t where t.plan_id = r.id and t.reserved_at is not null
    )
) p on true
where in_scope(s.order_id) and (s.amount <> o.surplus or s.reserved <> coalesce(p.total, 0));

-- name: No order sends, or may have sent, more money back than was captured
select o.id as order_id, o.captured, sum(t.amount) as sent from orders_order o
join refunds_refundpart t on t.order_id = o.id
join refunds_refundattempt a on a.part_id = t.id
    and a.status in ('sending', 'unknown', 'succeeded')
where in_scope(o.id) group by o.id having sum(t.amount) > o.captured;

-- name: A plan's amount is the sum of its lines and of its parts
select p.id as plan_id, p.order_id, p.total, l.amount as lines, t.amount as parts
from refunds_refundplan p
left join lateral (
    select coalesce(sum(amount), 0) as amount from refunds_refundline
    where plan_id = p.id and dropped_at is null
) l on true
left join lateral (
    select coalesce(sum(amount), 0) as amount from refunds_refundpart where plan_id = p.id
) t on true
where in_scope(p.order_id)
and ((p.type <> 'surplus' and p.total <> l.amount) or p.total <> t.amount);

-- name: A case has at most one live plan in each round
select case_id, round, min(order_id) as order_id, count(*) as plans from refunds_refundplan
where status <> 'void' and case_id is not null and in_scope(order_id)
group by case_id, round having count(*) > 1;

-- name: A cancellation is paid in one round
select p.id as plan_id, p.order_id, p.round from refunds_refundplan p
join orders_case c on c.id = p.case_id and c.kind = 'cancel'
where p.round <> 1 and in_scope(p.order_id);

-- name: A cancellation that was approved has a plan
select c.id as case_id, c.order_id from orders_case c
where c.kind = 'cancel' and c.status in ('approved', 'completed') and in_scope(c.order_id)
and not exists (select 1 from refunds_refundplan p where p.case_id = c.id and p.status <> 'void');

-- name: A return that was approved for money has a plan
select c.id as case_id, c.order_id from orders_case c
join returns_returnrequest r on r.case_id = c.id
where c.status in ('approved', 'completed') and in_scope(c.order_id)
and exists (
    select 1 from returns_returnitem k join orders_orderitem i on i.id = k.item_id
    where k.case_id = c.id and i.captured_product + i.captured_shipping > 0
    and (k.status = 'settled' or (k.status = 'approved' and r.wish = 'refund'))
)
and not exists (select 1 from refunds_refundplan p where p.case_id = c.id);

-- name: A case is completed only when its money has left
select c.id as case_id, c.order_id, p.status as plan from orders_case c
join refunds_refundplan p on p.case_id = c.id and p.status <> 'void'
where c.status = 'completed' and p.status <> 'completed' and in_scope(c.order_id);

-- name: A part of a completed plan was paid by exactly one attempt
select t.id as part_id, t.order_id, count(a.id) as succeeded from refunds_refundpart t
join refunds_refundplan p on p.id = t.plan_id
left join refunds_refundattempt a on a.part_id = t.id and a.status = 'succeeded'
where in_scope(t.order_id) group by t.id, p.status
having count(a.id) > 1 or (p.status = 'completed' and count(a.id) = 0)
or (t.completed_at is not null) <> (count(a.id) = 1);

-- name: A part has at most one attempt whose outcome is not known
select t.id as part_id, t.order_id, count(*) as undecided from refunds_refundpart t
join refunds_refundattempt a on a.part_id = t.id and a.status in ('sending', 'unknown')
where in_scope(t.order_id) group by t.id having count(*) > 1;

-- name: A new key is used only after the provider refused the last one
select a.id as attempt_id, t.order_id, a.attempt_no from refunds_refundattempt a
join refunds_refundpart t on t.id = a.part_id
where in_scope(t.order_id) and a.attempt_no > 1 and not exists (
    select 1 from refunds_refundattempt b
    where b.part_id = a.part_id and b.attempt_no = a.attempt_no - 1
    and b.status = 'failed' and b.idempotency_key <> a.idempotency_key
);

-- name: Amounts that move money are above zero
select 'part' as what, id, order_id, amount from refunds_refundpart
where amount <= 0 and in_scope(order_id)
union all
select 'payment', id, order_id, amount from orders_payment where amount < 0 and in_scope(order_id)
union all
select 'line', r.id, p.order_id, r.amount from refunds_refundline r
join refunds_refundplan p on p.id = r.plan_id
where (r.component in ('product', 'shipping')) <> (r.amount >= 0) and r.amount <> 0
and in_scope(p.order_id);

-- name: Every ledger transaction balances, per currency
select t.id as transaction_id, t.reference, t.order_id, e.currency, sum(e.amount) as off
from finance_ledgertransaction t
left join finance_ledgerentry e on e.transaction_id = t.id
where in_scope(t.order_id) group by t.id, e.currency having coalesce(sum(e.amount), 1) <> 0;

-- name: What was captured for a seller is in the ledger, with its commission
select p.id as seller_order_id, p.order_id, l.captured, l.commission, t.provider, t.commission_taken
from orders_sellerorder p
join lateral (
    select sum(captured_product + captured_shipping) as captured, sum(commission) as commission
    from orders_orderline where seller_order_id = p.id
) l on true
left join lateral (
    select sum(e.amount) filter (where a.kind = 'provider') as provider,
        sum(-e.amount) filter (where a.kind = 'commission') as commission_taken
    from finance_ledgertransaction t
    join finance_ledgerentry e on e.transaction_id = t.id
    join finance_account a on a.id = e.account_id
    where t.reference = 'capture:' || p.order_id || ':' || p.seller_id and a.seller_id = p.seller_id
) t on true
where in_scope(p.order_id)
and (l.captured, l.commission) <> (coalesce(t.provider, 0), coalesce(t.commission_taken, 0));

-- name: A surplus is in the ledger
select o.id as order_id, o.surplus, coalesce(t.amount, 0) as posted from orders_order o
left join lateral (
    select sum(e.amount) as amount from finance_ledgertransaction t
    join finance_ledgerentry e on e.transaction_id = t.id
    join finance_account a on a.id = e.account_id and a.kind = 'provider'
    where t.reference = 'capture:' || o.id || ':surplus'
) t on true
where in_scope(o.id) and o.surplus <> coalesce(t.amount, 0);

-- name: Every attempt that paid is in the ledger once, with its amount, and no other refund is
select coalesce(p.reference, l.reference) as reference,
    coalesce(p.order_id, l.order_id) as order_id, p.amount as paid, l.amount as posted
from (
    select 'refund:' || a.id as reference, t.order_id, t.amount from refunds_refundattempt a
    join refunds_refundpart t on t.id = a.part_id
    where a.status = 'succeeded' and in_scope(t.order_id)
) p
full join (
    select t.reference, t.order_id, -sum(e.amount) as amount from finance_ledgertransaction t
    join finance_ledgerentry e on e.transaction_id = t.id
    join finance_account c on c.id = e.account_id and c.kind in ('provider', 'store_credit')
    where t.kind = 'refund' and in_scope(t.order_id) group by t.id
) l on l.reference = p.reference
where p.amount is distinct from l.amount;

-- name: A completed plan charged the seller its total less the commission given back
select p.id as plan_id, p.order_id, p.total, l.commission, e.charged, e.returned
from refunds_refundplan p
join lateral (
    select coalesce(sum(commission), 0) as commission from refunds_refundline
    where plan_id = p.id and dropped_at is null
) l on true
join lateral (
    select coalesce(sum(e.amount) filter (where c.kind = 'seller_pending'), 0) as charged,
        coalesce(sum(e.amount) filter (where c.kind = 'commission'), 0) as returned
    from refunds_refundpart t
    join refunds_refundattempt a on a.part_id = t.id and a.status = 'succeeded'
    join finance_ledgertransaction x on x.reference = 'refund:' || a.id
    join finance_ledgerentry e on e.transaction_id = x.id
    join finance_account c on c.id = e.account_id and c.seller_id = p.seller_id
    where t.plan_id = p.id
) e on true
where p.status = 'completed' and p.type <> 'surplus' and in_scope(p.order_id)
and (e.charged, e.returned) <> (p.total - l.commission, l.commission);

-- name: What becomes store credit is credited to the customer who bought
select p.id as plan_id, p.order_id, t.amount, e.credited
from refunds_refundpart t
join refunds_refundplan p on p.id = t.plan_id and not p.imported
join orders_payment y on y.id = t.payment_id
join orders_order o on o.id = t.order_id
join refunds_refundattempt a on a.part_id = t.id and a.status = 'succeeded'
left join lateral (
    select -sum(e.amount) as credited from finance_ledgertransaction x
    join finance_ledgerentry e on e.transaction_id = x.id
    join finance_account c on c.id = e.account_id
        and c.kind = 'store_credit' and c.customer_id = o.customer_id
    where x.reference = 'refund:' || a.id
) e on true
where in_scope(t.order_id) and coalesce(e.credited, 0) <>
    case when 'store_credit' in (p.pay_to, y.method) then t.amount else 0 end;

-- name: Store credit that paid for an order left its customer's account
select o.id as order_id, y.spent, e.taken from orders_order o
join lateral (
    select coalesce(sum(amount), 0) as spent from orders_payment
    where order_id = o.id and method = 'store_credit'
) y on true
join lateral (
    select coalesce(sum(e.amount), 0) as taken from finance_ledgertransaction x
    join finance_ledgerentry e on e.transaction_id = x.id
    join finance_account c on c.id = e.account_id
        and c.kind = 'store_credit' and c.customer_id = o.customer_id
    where x.reference = 'credit:' || o.id
) e on true
where in_scope(o.id) and e.taken <> case when o.imported then 0 else y.spent end;

-- name: Nobody has less store credit than none
-- nightly: an account is of no order
select id as account_id, customer_id, currency, balance from finance_account
where kind = 'store_credit' and balance > 0;

-- name: Commission is given back in proportion to what an item pays back
-- Off by one where a plan between two others came to nothing.
select i.id as item_id, i.order_id, i.commission, sum(r.commission) as given_back
from refunds_refundline r
join refunds_refundplan p on p.id = r.plan_id and p.status <> 'void'
join orders_orderitem i on i.id = r.item_id
where r.dropped_at is null and in_scope(p.order_id)
group by i.id having sum(r.commission) > i.commission or abs(
    sum(r.commission) - coalesce(i.commission * sum(r.amount) filter (where r.component <> 'shipping')
    / nullif(i.captured_product, 0), 0)
) > 1;

-- name: An order that ended and was paid back got exactly what was captured for it
select o.id as order_id, least(o.captured, o.total) as due, sum(p.total) as paid_back
from orders_order o
join refunds_refundplan p on p.order_id = o.id and p.status <> 'void' and p.type <> 'surplus'
where in_scope(o.id) and o.status in ('cancelled', 'returned')
and not exists (
    select 1 from returns_returnrequest r join orders_case c on c.id = r.case_id
    where c.order_id = o.id
)
group by o.id having bool_and(p.status = 'completed') and sum(p.total) <> least(o.captured, o.total);

-- name: An item that ended and was paid for got its product money back, less what was kept of it
-- The last plan of an item says what was kept of it; one that replaces has no money of its own.
select i.id as item_id, i.order_id, i.captured_product, paid.amount as paid, last.kept
from orders_orderitem i
join lateral (
    select sum(r.amount) as amount, bool_and(p.status = 'completed') as is_over, max(p.id) as plan_id
    from refunds_refundline r
    join refunds_refundplan p on p.id = r.plan_id and p.status <> 'void'
    where r.item_id = i.id and r.component <> 'shipping' and r.dropped_at is null
) paid on paid.is_over
join lateral (
    select -coalesce(sum(r.amount) filter (where r.component <> 'product'), 0) as kept,
        max(r.quantity) filter (where r.component = 'product') as units
    from refunds_refundline r
    where r.plan_id = paid.plan_id and r.item_id = i.id and r.component <> 'shipping'
    and r.dropped_at is null
) last on last.units = i.last_unit - i.first_unit
where in_scope(i.order_id) and i.status in ('cancelled', 'returned')
and i.captured_product - paid.amount <> last.kept;

-- name: An order has one currency
select 'plan' as what, p.id, p.order_id, p.currency from refunds_refundplan p
join orders_order o on o.id = p.order_id where p.currency <> o.currency and in_scope(p.order_id)
union all
select 'entry', e.id, t.order_id, e.currency from finance_ledgerentry e
join finance_ledgertransaction t on t.id = e.transaction_id
join finance_account a on a.id = e.account_id
left join orders_order o on o.id = t.order_id
where in_scope(t.order_id) and (e.currency <> a.currency or e.currency <> o.currency);

-- name: An account's balance is the sum of its entries
-- nightly: an account of years is summed up whole
select a.id as account_id, a.kind, a.balance, coalesce(e.amount, 0) as entries
from finance_account a
left join (select account_id, sum(amount) as amount from finance_ledgerentry group by 1) e
    on e.account_id = a.id
where a.balance <> coalesce(e.amount, 0);

-- ------------------------------------------------------------------------------- quantity

-- name: The parts of a line follow each other and are all of it
select p.line_id, p.order_id from (
    select i.line_id, i.order_id, i.first_unit, i.last_unit,
        lag(i.last_unit, 1, 0) over parts as expected,
        lead(i.first_unit) over parts is null as is_last
    from orders_orderitem i where in_scope(i.order_id)
    window parts as (partition by i.line_id order by i.first_unit)
) p
join orders_orderline l on l.id = p.line_id
where p.first_unit <> p.expected or p.last_unit <= p.first_unit
or (p.is_last and p.last_unit <> l.quantity)
union all
select l.id, l.order_id from orders_orderline l
where in_scope(l.order_id)
and not exists (select 1 from orders_orderitem i where i.line_id = l.id);

-- name: No more units are sent instead of an item than it has
-- In exchange for what came back. A part that was missing stays when its item is split later: it
-- is held to the line.
select i.id as item_id, i.order_id, min(n.id) as replacement
from orders_orderitem n join orders_orderitem i on i.id = n.replaces_id
join orders_orderline l on l.id = i.line_id
where in_scope(i.order_id) group by i.id, n.line_id, l.quantity
having sum(n.last_unit - n.first_unit) > case
    when i.status = 'returned'
    and n.line_id = (select max(o.line_id) from orders_orderitem o where o.replaces_id = i.id)
    and exists (
        select 1 from returns_returnitem k join returns_returnrequest r on r.id = k.request_id
        where k.item_id = i.id and k.status = 'approved' and r.wish = 'exchange'
    ) then i.last_unit - i.first_unit else l.quantity end
or bool_or(n.captured_product + n.captured_shipping + n.commission <> 0)
or bool_or(n.seller_order_id <> i.seller_order_id);

-- name: No more units of an item come back than were asked for
select u.entry_id, p.order_id, sum(u.quantity) as units from returns_receivedunits u
join returns_returnparcel p on p.id = u.parcel_id
join returns_returnitem k on k.id = u.entry_id
join orders_orderitem i on i.id = k.item_id
where in_scope(p.order_id) group by u.entry_id, p.order_id, i.id
having sum(u.quantity) > i.last_unit - i.first_unit;

-- name: Nothing waits for the goods of a parcel that has arrived, or never came
select p.id as parcel_id, p.order_id, i.id as item_id from returns_returnparcel p
join returns_returnitem k on k.case_id = p.case_id and k.status = 'approved' and k.goods_back
join orders_orderitem i on i.id = k.item_id and i.open_case_id = p.case_id
where p.status in ('received', 'never_came') and in_scope(p.order_id);

-- name: An item is in at most one package
select k.item_id, i.order_id, count(*) as packages from packages_packageitem k
join orders_orderitem i on i.id = k.item_id
where k.removed_at is null and in_scope(i.order_id)
group by k.item_id, i.order_id having count(*) > 1;

-- name: An item under way is in a package that stands where the item stands
select i.id as item_id, i.order_id, i.status, p.status as package from orders_orderitem i
left join packages_packageitem k on k.item_id = i.id and k.removed_at is null
left join packages_package p on p.id = k.package_id
where in_scope(i.order_id) and p.status is distinct from i.status
and i.status in ('preparing', 'ready_to_ship', 'shipped', 'delivery_failed', 'delivered');

-- name: A cancelled item is in no package
select i.id as item_id, i.order_id, k.package_id from orders_orderitem i
join packages_packageitem k on k.item_id = i.id and k.removed_at is null
where i.status = 'cancelled' and in_scope(i.order_id);

-- name: A package is cancelled when nothing is left in it
select p.id as package_id, p.order_id, p.status from packages_package p
where in_scope(p.order_id) and (p.status = 'cancelled') = exists (
    select 1 from packages_packageitem k where k.package_id = p.id and k.removed_at is null
);

-- name: What is in a package was packed, and came back only from one that had left
select k.item_id, p.order_id, i.status, p.status as package from packages_packageitem k
join packages_package p on p.id = k.package_id join orders_orderitem i on i.id = k.item_id
where k.removed_at is null and in_scope(p.order_id) and (
    i.status = 'waiting_packaging'
    or (i.status = 'returned' and p.status in ('preparing', 'ready_to_ship'))
);

-- name: A package has one carrier at most
select p.id as package_id, p.order_id, p.other_carrier from packages_package p
where p.delivery_option_id is not null and p.other_carrier <> '' and in_scope(p.order_id);

-- name: A package knows when it left and arrived exactly when it did, in this order
select p.id as package_id, p.order_id, p.status, p.created_at, p.shipped_at, p.delivered_at
from packages_package p
where in_scope(p.order_id) and (
    (p.shipped_at is not null and p.status not in ('shipped', 'delivery_failed', 'delivered'))
    or (p.delivered_at is not null and p.status <> 'delivered')
    or p.delivered_at < p.shipped_at
    or (not p.imported and (
        p.created_at is null
        or (p.shipped_at is null and p.status in ('shipped', 'delivery_failed', 'delivered'))
        or (p.delivered_at is null and p.status = 'delivered')
        or p.shipped_at < p.created_at
    ))
);

-- name: A package stands where its carrier's reports have moved it, or further on
select r.id as report_id, p.order_id, r.kind, p.status from packages_carrierreport r
join packages_package p on p.id = r.package_id
where r.outcome = 'moved' and in_scope(p.order_id) and (
    p.status in ('preparing', 'ready_to_ship', 'cancelled')
    or (r.kind = 'delivered' and p.status <> 'delivered')
);

-- name: An invoice has a number, and somebody gave it
select p.id as package_id, p.order_id, p.invoice_number from packages_package p
where in_scope(p.order_id) and (
    (p.invoice_number = ''
        and (p.invoice_date is not null or p.invoice_link <> '' or p.invoice_file <> ''))
    or (p.invoice_number <> '' and not p.imported and not exists (
        select 1 from events_event e where e.subject_type = 'package' and e.subject_id = p.id
        and e.type = 'package.invoiced'))
);

-- name: A cancelled item was never shipped
select i.id as item_id, i.order_id from orders_orderitem i
where i.status = 'cancelled' and in_scope(i.order_id) and exists (
    select 1 from events_event e where e.subject_type = 'order_item' and e.subject_id = i.id
    and e.type in ('order_item.shipped', 'order_item.delivered', 'order_item.delivery_failed')
);

-- name: An item marked as being in a request is in one that is open, and has not ended
select i.id as item_id, i.order_id, c.status as request from orders_orderitem i
join orders_case c on c.id = i.open_case_id
where in_scope(i.order_id) and (
    i.status in ('cancelled', 'returned')
    or (c.kind = 'cancel' and c.status <> 'waiting')
    or (c.kind = 'return' and c.status not in ('waiting', 'approved'))
);

-- name: A request that waits is about something
select c.id as case_id, c.order_id from orders_case c
where c.status = 'waiting' and in_scope(c.order_id)
and not exists (select 1 from orders_orderitem i where i.open_case_id = c.id);

-- name: The decisions on a cancellation's items agree with its case
select c.id as case_id, c.order_id, c.status, k.status as item from orders_case c
join cancellations_cancellationitem k on k.case_id = c.id
where in_scope(c.order_id) and (
    (c.status <> 'waiting' and k.status = 'waiting')
    or (c.status in ('approved', 'completed') and not exists (
        select 1 from cancellations_cancellationitem a
        where a.case_id = c.id and a.status = 'approved'))
    or (c.status in ('rejected', 'withdrawn') and k.status = 'approved')
);

-- name: An approved cancellation's items are cancelled
select k.id as cancellation_item_id, i.order_id, i.status from cancellations_cancellationitem k
join orders_orderitem i on i.id = k.item_id
where k.status = 'approved' and i.status <> 'cancelled' and in_scope(i.order_id);

-- name: The answers to a return's items agree with its case
select c.id as case_id, c.order_id, c.status from orders_case c
join lateral (
    select bool_or(k.status = 'waiting') as waits,
        bool_or(k.status in ('approved', 'settled')) as given
    from returns_returnitem k where k.case_id = c.id
) k on k.waits is not null
where in_scope(c.order_id) and (
    k.waits <> (c.status = 'waiting')
    or (not k.given and c.status in ('approved', 'completed', 'closed'))
    or (k.given and c.status in ('rejected', 'withdrawn'))
);

-- name: What a seller rejected of a return is in a dispute
select k.id as return_item_id, c.order_id from returns_returnitem k
join orders_case c on c.id = k.case_id
where k.status = 'rejected' and in_scope(c.order_id)
and not exists (select 1 from returns_disputeitem d where d.entry_id = k.id);

-- name: What is offered waits for an answer, and what is kept was offered or decided
select o.id as offer_id, o.order_id, k.status from returns_offer o
join returns_returnitem k on k.id = o.entry_id
where o.status = 'open' and k.status <> 'waiting' and in_scope(o.order_id)
union all
select k.id, c.order_id, k.status from returns_returnitem k
join orders_case c on c.id = k.case_id
where k.status = 'settled' and in_scope(c.order_id)
and k.agreed_amount is distinct from coalesce(
    (select sum(l.amount) from returns_decisionline l where l.entry_id = k.id), 0
) + coalesce(
    (select sum(o.amount) from returns_offer o where o.entry_id = k.id and o.status = 'accepted'), 0
);

-- name: A dispute is as far as its decisions, and each says what it pays for every item
select d.id as dispute_id, d.order_id, d.status, k.decisions from returns_dispute d
cross join lateral (
    select count(*) as decisions from returns_decision k where k.dispute_id = d.id
) k
where in_scope(d.order_id) and k.decisions <> case
    when d.status in ('open', 'deciding') then 0
    when d.status = 'closed' and d.appealed_at is not null then 2
    else 1
end
union all
select d.id, d.order_id, d.status, k.round from returns_dispute d
join returns_decision k on k.dispute_id = d.id
where in_scope(d.order_id)
and (select count(*) from returns_decisionline l where l.decision_id = k.id)
    <> (select count(*) from returns_disputeitem i where i.dispute_id = d.id);

-- -------------------------------------------------------------------------------- history

-- name: An order and its parts are named after their least advanced live item
select i.order_id, i.seller_order_id, i.named, coalesce(p.status, o.status) as status from (
    select order_id, seller_order_id,
        case min(case status when 'waiting_packaging' then 0 when 'preparing' then 1
            when 'ready_to_ship' then 2 when 'shipped' then 3 when 'delivery_failed' then 4
            when 'delivered' then 5 when 'returned' then 6 else 7 end)
        when 0 then 'waiting_packaging' when 1 then 'preparing' when 2 then 'ready_to_ship'
        when 3 then 'shipped' when 4 then 'delivery_failed' when 5 then 'delivered'
        when 6 then 'returned' else 'cancelled' end as named,
        bool_or(status = 'cancelled') as cancelled, bool_or(status = 'returned') as returned
    from orders_orderitem where in_scope(order_id)
    group by grouping sets ((order_id), (order_id, seller_order_id))
) i
left join orders_sellerorder p on p.id = i.seller_order_id
left join orders_order o on o.id = i.order_id and i.seller_order_id is null
where i.named <> coalesce(p.status, o.status)
or (p.id is not null and (p.has_cancelled, p.has_returned) <> (i.cancelled, i.returned));

-- name: A row's version is the number of its events, without gaps
select s.subject_type, s.subject_id, s.order_id, s.version, e.events from :recorded s
left join (
    select subject_type, subject_id, count(*) as events, max(seq) as last from events_event
    where in_scope(order_id) group by subject_type, subject_id
) e on e.subject_type = s.subject_type and e.subject_id = s.subject_id
where in_scope(s.order_id)
and (coalesce(e.events, 0) <> s.version or coalesce(e.last, 0) <> s.version);

-- name: A row's status is what its last event says
select s.subject_type, s.subject_id, s.order_id, s.status, e.said from :recorded s
left join (
    select distinct on (subject_type, subject_id) subject_type, subject_id, data ->> 'to' as said
    from events_event where data ->> 'to' is not null and in_scope(order_id)
    order by subject_type, subject_id, seq desc
) e on e.subject_type = s.subject_type and e.subject_id = s.subject_id
where in_scope(s.order_id) and s.status <> coalesce(e.said, s.initial);

-- name: Each move starts where the last one ended
select m.id as event_id, m.order_id, m.type, m.moved_from, m.stood from (
    select e.id, e.order_id, e.type, e.data ->> 'from' as moved_from, lag(e.data ->> 'to')
        over (partition by e.subject_type, e.subject_id order by e.seq) as stood
    from events_event e where e.data ->> 'to' is not null and in_scope(e.order_id)
) m
where m.stood is not null and m.moved_from is distinct from m.stood;

-- name: Every move is one that its table of states allows
select e.id as event_id, e.order_id, e.type, e.data ->> 'from' as moved_from from events_event e
where e.data ->> 'from' is not null and e.data ->> 'to' is not null and in_scope(e.order_id)
and not exists (
    select 1 from :moves m where m.subject_type = e.subject_type
    and m.origin = e.data ->> 'from' and m.target = e.data ->> 'to'
);

-- name: Customers ask; they do not pack, ship, decide or pay
select e.id as event_id, e.order_id, e.type from events_event e
where e.actor_role = 'customer' and in_scope(e.order_id) and (
    e.subject_type = 'package'
    or (e.subject_type = 'order_item' and e.data ->> 'from' is not null)
    or e.type in ('case.approved', 'case.rejected', 'case.completed', 'refund_plan.approved',
        'refund_plan.processing', 'refund_plan.completed', 'refund_plan.failed',
        'dispute.decided', 'dispute.decided_again', 'dispute.closed')
);

-- name: Mails about a package tell of what happened to it
select m.id as mail_id, m.order_id, m.dedupe_key from notifications_mail m
where m.template in ('package_shipped', 'package_delivered', 'package_delivery_failed')
and in_scope(m.order_id) and not exists (
    select 1 from events_event e where e.order_id = m.order_id and e.subject_type = 'package'
    and e.subject_id::text = split_part(m.dedupe_key, ':', 2)
    and e.type = 'package.' || substr(m.template, 9)
    and split_part(m.dedupe_key, ':', 3) in ('', e.id::text)
);

-- name: Every event is owed to everybody who subscribed to it
-- A subscriber is held to its events from the first delivery it had; deliveries go after 30 days.
select e.id as event_id, e.order_id, e.type, w.subscriber from :owed w
join (
    select d.subscriber, x.type, min(x.id) as first from events_delivery d
    join events_event x on x.id = d.event_id group by d.subscriber, x.type
) f on f.subscriber = w.subscriber and f.type = w.type
join events_event e on e.type = w.type and e.id > f.first and not e.imported
where e.recorded_at > now() - interval '29 days' and in_scope(e.order_id)
and not exists (
    select 1 from events_delivery d where d.event_id = e.id and d.subscriber = w.subscriber
);

-- name: Every delivery has its event, and each subscriber each event once
select d.event_id, min(e.order_id) as order_id, d.subscriber, count(*) as deliveries
from events_delivery d left join events_event e on e.id = d.event_id
where in_scope(e.order_id) or e.id is null
group by d.event_id, d.subscriber having count(*) > 1 or count(e.id) = 0;

-- name: An imported past owes nothing to anybody
select e.id as event_id, e.order_id, e.type from events_event e
join events_delivery d on d.event_id = e.id where e.imported and in_scope(e.order_id)
union all
select null, m.order_id, 'mail' from notifications_mail m
join orders_order o on o.id = m.order_id and o.imported
where in_scope(m.order_id) and not exists (
    select 1 from events_event e where e.order_id = m.order_id and not e.imported
);

-- -------------------------------------------------------------------------------- tenancy

-- name: No row points into another order, or into another seller's part of one
select 'item' as what, i.id, i.order_id from orders_orderitem i
join orders_sellerorder p on p.id = i.seller_order_id join orders_orderline l on l.id = i.line_id
where in_scope(i.order_id) and ((i.order_id, i.seller_id) <> (p.order_id, p.seller_id)
    or (l.order_id, l.seller_order_id) <> (i.order_id, i.seller_order_id))
union all
select 'case', c.id, c.order_id from orders_case c
join orders_sellerorder p on p.id = c.seller_order_id
where in_scope(c.order_id) and (c.order_id, c.seller_id) <> (p.order_id, p.seller_id)
union all
select 'open case', i.id, i.order_id from orders_orderitem i
join orders_case c on c.id = i.open_case_id
where in_scope(i.order_id) and c.seller_order_id <> i.seller_order_id
union all
select 'package', k.id, k.order_id from packages_package k
join orders_sellerorder p on p.id = k.seller_order_id
where in_scope(k.order_id) and (k.order_id, k.seller_id) <> (p.order_id, p.seller_id)
union all
select 'package item', t.id, k.order_id from packages_packageitem t
join packages_package k on k.id = t.package_id join orders_orderitem i on i.id = t.item_id
where in_scope(k.order_id)
and (k.seller_order_id <> i.seller_order_id or t.seller_order_id <> i.seller_order_id)
union all
select 'cancellation item', t.id, c.order_id from cancellations_cancellationitem t
join orders_case c on c.id = t.case_id join orders_orderitem i on i.id = t.item_id
where in_scope(c.order_id)
and (c.seller_order_id <> i.seller_order_id or t.seller_order_id <> i.seller_order_id)
union all
select 'return item', t.id, c.order_id from returns_returnitem t
join orders_case c on c.id = t.case_id join orders_orderitem i on i.id = t.item_id
where in_scope(c.order_id)
and (c.seller_order_id <> i.seller_order_id or t.seller_order_id <> i.seller_order_id)
union all
select 'return parcel', p.id, p.order_id from returns_returnparcel p
join orders_case c on c.id = p.case_id
where in_scope(p.order_id)
and (p.order_id, p.seller_order_id, p.seller_id) <> (c.order_id, c.seller_order_id, c.seller_id)
union all
select 'received units', u.id, p.order_id from returns_receivedunits u
join returns_returnparcel p on p.id = u.parcel_id join returns_returnitem k on k.id = u.entry_id
where in_scope(p.order_id) and k.case_id <> p.case_id
union all
select 'plan', r.id, r.order_id from refunds_refundplan r
join orders_sellerorder p on p.id = r.seller_order_id join orders_case c on c.id = r.case_id
where in_scope(r.order_id) and ((r.order_id, r.seller_id) <> (p.order_id, p.seller_id)
    or c.seller_order_id <> r.seller_order_id)
union all
select 'refund line', t.id, r.order_id from refunds_refundline t
join refunds_refundplan r on r.id = t.plan_id join orders_orderitem i on i.id = t.item_id
where in_scope(r.order_id)
and (r.seller_order_id <> i.seller_order_id or t.seller_order_id <> i.seller_order_id)
union all
select 'refund part', t.id, r.order_id from refunds_refundpart t
join refunds_refundplan r on r.id = t.plan_id join orders_payment y on y.id = t.payment_id
where in_scope(r.order_id) and (t.order_id <> r.order_id or y.order_id <> r.order_id);

-- name: Every act of a seller was done by one of its members, on its own rows
select e.id as event_id, e.order_id, e.type, e.actor_seller_id, e.actor_user_id
from events_event e
where e.actor_role = 'seller' and in_scope(e.order_id) and (
    e.seller_id is distinct from e.actor_seller_id
    or not exists (
        select 1 from sellers_sellermember m
        where m.seller_id = e.actor_seller_id and m.user_id = e.actor_user_id
        and m.valid_from <= e.recorded_at
        and (m.valid_to is null or m.valid_to >= e.recorded_at)
    )
);

-- ----------------------------------------------------------------------------------- time

-- name: What an event tells happened before it was written down
select id as event_id, order_id, type, occurred_at, recorded_at from events_event
where occurred_at > recorded_at + interval '1 day 5 minutes' and in_scope(order_id);

-- name: A delivery is handled within five minutes
select d.id as delivery_id, e.order_id, d.subscriber, d.attempts, d.dead_at from events_delivery d
join events_event e on e.id = d.event_id
where d.handled_at is null
and (d.dead_at is not null or e.recorded_at < now() - interval '5 minutes');

-- name: A deadline that has passed is acted on within 15 minutes
select id as deadline_id, order_id, step, due_at, last_error from deadlines_deadline
where handled_at is null and due_at < now() - interval '15 minutes';

-- name: A request that waits has a date by which it is answered
select c.id as case_id, c.order_id, c.kind, c.due_at from orders_case c
where c.status = 'waiting' and (
    c.due_at < now() - interval '15 minutes'
    or (c.due_at is null and c.opened_at < now() - interval '15 minutes')
);

-- name: An attempt whose outcome is not known is asked about in time
select a.id as attempt_id, t.order_id, a.status, a.next_check_at from refunds_refundattempt a
join refunds_refundpart t on t.id = a.part_id
where a.status in ('sending', 'unknown')
and (a.next_check_at is null or a.next_check_at < now() - interval '15 minutes');

-- name: A plan that may be paid is being paid
select p.id as plan_id, p.order_id, p.status, p.payable_at from refunds_refundplan p
where p.gateway <> 'external' and (
    (p.status = 'approved' and not p.needs_second_approval
        and p.payable_at < now() - interval '15 minutes')
    or (p.status = 'processing' and p.updated_at < now() - interval '15 minutes' and not exists (
        select 1 from refunds_refundattempt a join refunds_refundpart t on t.id = a.part_id
        where t.plan_id = p.id and a.status in ('sending', 'unknown')))
);

-- name: Mail and long work that are owed are tried in time
select 'mail' as what, id, next_attempt_at from notifications_mail
where sent_at is null and dead_at is null and next_attempt_at < now() - interval '15 minutes'
union all
select 'job', id, next_attempt_at from jobs_job
where status in ('waiting', 'running') and next_attempt_at < now() - interval '15 minutes';

-- name: A slot of a periodic task ran at most once
select job, slot, count(*) as runs from deadlines_periodicrun
group by job, slot having count(*) > 1;

-- --------------------------------------------------------------------------------- access

-- name: Of a token only its digest is stored
select id as token_id, prefix from accounts_apitoken where digest !~ '^[0-9a-f]{64}$';

-- name: Nobody who is inactive has a token that lives
select t.id as token_id, t.user_id from accounts_apitoken t
join accounts_user u on u.id = t.user_id
where t.revoked_at is null and t.expires_at > now() and not u.is_active;

-- name: No export is handed out after its days are over
select e.id as export_id, e.number, v.id as event_id from exports_export e
join events_event v on v.subject_type = 'job' and v.subject_id = e.job_id
where v.type = 'job.downloaded' and v.occurred_at > e.expires_at;

-- name: An export that is done has its file, with all the rows that were frozen
select e.id as export_id, e.number, e.rows, j.done from exports_export e
join jobs_job j on j.id = e.job_id
where (j.status = 'done') <> (e.ready_at is not null)
or j.status = 'done' and j.done is distinct from e.rows;
