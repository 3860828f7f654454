"""Cancellation/Return Requests as a file, and what was asked about the items of an order."""

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.exports.declaring import offered, spoken, under
from core.exports.sources import Column, Join, Kind, Source, lend, narrowed, register
from marketplace.aftersales.filters import (
    RequestFilter,
    RequestTab,
    SellerRequestFilter,
    in_tab,
)
from marketplace.aftersales.requests import DISPUTE_STEPS, order_of, with_due
from orders.exports.orders import MONEY, ORDER, PURCHASE
from orders.exports.people import customer_columns, customer_join
from orders.models import Case
from refunds.models import RefundPlan
from returns.models import Dispute, ReturnParcel, ReturnRequest

REQUEST = _("Request")
RETURN = _("Return")
FILTERS = {Role.OWNER: RequestFilter, Role.SELLER: SellerRequestFilter}
KINDS = dict(Case.Kind.choices)
STATUSES = dict(Case.Status.choices)
ORIGINS = dict(Case.Origin.choices)

# The items of both kinds of request, as far as a file tells of them.
_ENTRIES = """(
    SELECT case_id, item_id, id, reason_id, note, decided_by_role
    FROM cancellations_cancellationitem WHERE {where}
    UNION ALL SELECT case_id, item_id, id, reason_id, note, decided_by_role
    FROM returns_returnitem WHERE {where})"""
_ASKED = f"""LEFT JOIN LATERAL (
    SELECT string_agg((item.last_unit - item.first_unit) || ' × ' || line.name, ', '
                      ORDER BY line.position, item.first_unit) AS products,
           sum(item.last_unit - item.first_unit) AS pieces,
           string_agg(DISTINCT reason.text, ', ') AS reasons,
           string_agg(NULLIF(entry.note, ''), '; ' ORDER BY entry.id) AS notes,
           string_agg(DISTINCT {{by}}, ', ') FILTER (WHERE entry.decided_by_role <> '') AS by
    FROM {_ENTRIES.format(where="case_id = row.id")} entry
    JOIN orders_orderitem item ON item.id = entry.item_id
    JOIN orders_orderline line ON line.id = item.line_id
    JOIN orders_reason reason ON reason.id = entry.reason_id) asked ON true"""  # noqa: S608
_PLANS = """LEFT JOIN LATERAL (
    SELECT string_agg(plan.number, ', ' ORDER BY plan.id) AS numbers, sum(plan.total) AS total
    FROM refunds_refundplan plan
    WHERE plan.case_id = row.id AND plan.status <> 'void') plans ON true"""
# What somebody has to do next, and until when: what a row of the list says (RequestRow.next_due).
_STEP = f"""LEFT JOIN LATERAL (
    SELECT clock.due_at FROM deadlines_deadline clock
    WHERE clock.subject_type = '{Dispute.EVENT}' AND clock.subject_id = dispute.id
      AND clock.step IN ({", ".join(f"'{step}'" for step in DISPUTE_STEPS)})
    ORDER BY clock.id DESC LIMIT 1) step ON true"""  # noqa: S608
_NEWEST_PLAN = """LEFT JOIN LATERAL (
    SELECT plan.payable_at IS NULL AS unpaid FROM refunds_refundplan plan
    WHERE plan.case_id = row.id AND plan.status <> 'void'
    ORDER BY plan.id DESC LIMIT 1) newest ON true"""
_DUE = """CROSS JOIN LATERAL (SELECT CASE
    WHEN row.status = 'waiting' THEN CASE WHEN row.due_at IS NOT NULL THEN 'answer' END
    WHEN dispute.status <> 'closed' AND step.due_at IS NOT NULL THEN CASE dispute.status
        WHEN 'open' THEN 'statement' WHEN 'decided' THEN 'appeal' ELSE 'decision' END
    WHEN parcel.status = 'awaited' AND parcel.send_by IS NOT NULL THEN 'send'
    WHEN parcel.confirm_by IS NULL THEN NULL
    WHEN parcel.status IN ('sent', 'partly_received') THEN 'receive'
    WHEN parcel.status = 'received' AND newest.unpaid THEN 'look' END AS what) due"""
_DUE_AT = """CASE due.what WHEN 'answer' THEN row.due_at WHEN 'send' THEN parcel.send_by
    WHEN 'receive' THEN parcel.confirm_by WHEN 'look' THEN parcel.confirm_by
    WHEN 'statement' THEN step.due_at WHEN 'appeal' THEN step.due_at
    WHEN 'decision' THEN step.due_at END"""
DUE_FOR = {
    "answer": _("Answer"),
    "statement": _("Customer's side"),
    "decision": _("Decision"),
    "appeal": _("Appeal"),
    "send": _("To be sent"),
    "receive": _("To be received"),
    "look": _("To be looked at"),
}
# What was asked last about an item.
_OF_ITEM = f"""LEFT JOIN (
    SELECT DISTINCT ON (entry.item_id) entry.item_id, entry.case_id, entry.note, entry.reason_id
    FROM {_ENTRIES.format(where="item_id IN (SELECT id FROM frozen)")} entry
    ORDER BY entry.item_id, entry.case_id DESC) asked ON asked.item_id = row.id
LEFT JOIN orders_case request ON request.id = asked.case_id"""  # noqa: S608
_REASON = "LEFT JOIN orders_reason reason ON reason.id = asked.reason_id"
_PARCEL = "LEFT JOIN returns_returnparcel parcel ON parcel.case_id = {0}.id"


def listed_requests(actor: Actor, query: QueryDict):
    """What the list of requests shows this actor under the tab and the filters of the address, in
    its order. Raises FiltersNotValid."""
    asked = query.get("tab")
    tab = asked if asked in RequestTab.values else RequestTab.WAITING
    cases = with_due(Case.objects.visible_to(actor), tab)
    found = narrowed(FILTERS[actor.role], in_tab(cases, tab), query)
    return found.order_by(*order_of(tab))


def requests_source(role: Role) -> Source:
    roles = {**ORIGINS, Role.CARRIER: _("Carrier")}
    return Source(
        name="requests",
        role=role,
        label=_("Requests"),
        model=Case,
        listed=listed_requests,
        columns=(
            *_request_columns(role is Role.OWNER),
            *customer_columns(),
            *_money_columns(),
            *_return_columns(),
        ),
        joins=(
            PURCHASE,
            customer_join("purchase", ("purchase",)),
            Join("seller", "JOIN sellers_seller seller ON seller.id = row.seller_id"),
            Join("asked", format_lazy(_ASKED, by=spoken("entry.decided_by_role", roles))),
            Join("plans", _PLANS),
            Join("parcel", _PARCEL.format("row")),
            Join("wish", "LEFT JOIN returns_returnrequest wish ON wish.case_id = row.id"),
            Join("dispute", "LEFT JOIN returns_dispute dispute ON dispute.case_id = row.id"),
            Join("step", _STEP, ("dispute",)),
            Join("newest", _NEWEST_PLAN),
            Join("due", _DUE, ("dispute", "step", "parcel", "newest")),
        ),
        currency_sql="purchase.currency",
        currency_needs=("purchase",),
        filterset_class=FILTERS[role],
        everything=f"tab={RequestTab.ALL}",
    )


def _request_columns(of_owner: bool) -> tuple[Column, ...]:
    seller = Column("seller", _("Seller"), "seller.name", needs=("seller",))
    ordered, asked = ("purchase",), ("asked",)
    return (
        *under(
            REQUEST,
            Column("request_number", _("Request"), "row.number"),
            Column("kind", _("Request type"), "row.kind", words=KINDS),
            Column("status", _("Request status"), "row.status", words=STATUSES),
            offered("origin", _("Asked by"), "row.origin", words=ORIGINS),
            Column("products", _("Products"), "asked.products", needs=asked),
            offered("pieces", _("Pieces"), "asked.pieces", Kind.NUMBER, asked),
            Column("reason", _("Reason"), "asked.reasons", needs=asked),
            offered("note", _("Note"), "asked.notes", needs=asked),
            Column("opened_at", _("Asked at"), "row.opened_at", Kind.MOMENT),
            Column("due_at", _("Due"), _DUE_AT, Kind.MOMENT, ("due",)),
            offered("due_for", _("Due for"), "due.what", needs=("due",), words=DUE_FOR),
            offered("decided_at", _("Answered at"), "row.decided_at", Kind.MOMENT),
            offered("decided_by", _("Answered by"), "asked.by", needs=asked),
            offered("closed_at", _("Closed at"), "row.closed_at", Kind.MOMENT),
        ),
        *under(
            ORDER,
            Column("order_number", _("Order number"), "purchase.number", needs=ordered),
            offered("placed_at", _("Placed at"), "purchase.placed_at", Kind.MOMENT, ordered),
            *([seller] if of_owner else []),
        ),
    )


def _money_columns() -> tuple[Column, ...]:
    needs = ("plans",)
    return under(
        MONEY,
        Column("currency", _("Currency"), "purchase.currency", needs=("purchase",)),
        Column("refund", _("Return amount"), "plans.total", Kind.MONEY, needs),
        offered("plan_numbers", _("Refund plans"), "plans.numbers", needs=needs),
    )


def _return_columns() -> tuple[Column, ...]:
    wishes, pay_to = dict(ReturnRequest.Wish.choices), dict(RefundPlan.PayTo.choices)
    goods, disputes = dict(ReturnParcel.Status.choices), dict(Dispute.Status.choices)
    sent = ("parcel",)
    return under(
        RETURN,
        offered("wish", _("Wish"), "wish.wish", needs=("wish",), words=wishes),
        offered("pay_to", _("Paid to"), "wish.pay_to", needs=("wish",), words=pay_to),
        offered("return_code", _("Return code"), "parcel.code", needs=sent),
        offered("goods", _("Goods"), "parcel.status", needs=sent, words=goods),
        offered("received_at", _("Received at"), "parcel.received_at", Kind.MOMENT, sent),
        offered("dispute", _("Dispute"), "dispute.status", needs=("dispute",), words=disputes),
    )


def _of_items() -> tuple[Column, ...]:
    asked = ("asked",)
    cancelled_by = "CASE WHEN row.status = 'cancelled' THEN request.origin END"
    return under(
        REQUEST,
        offered("request_number", _("Request"), "request.number", needs=asked),
        offered("request_type", _("Request type"), "request.kind", needs=asked, words=KINDS),
        offered(
            "request_status", _("Request status"), "request.status", needs=asked, words=STATUSES
        ),
        offered("reason", _("Reason"), "reason.text", needs=("reason",)),
        offered("note", _("Note"), "asked.note", needs=asked),
        offered("cancelled_by", _("Cancelled by"), cancelled_by, needs=asked, words=ORIGINS),
        offered("return_code", _("Return code"), "parcel.code", needs=("parcel",)),
    )


for role in (Role.OWNER, Role.SELLER):
    register(requests_source(role))
    lend(
        *("order_items", role),
        columns=_of_items(),
        joins=(
            Join("asked", _OF_ITEM),
            Join("reason", _REASON, ("asked",)),
            Join("parcel", _PARCEL.format("request"), ("asked",)),
        ),
    )
