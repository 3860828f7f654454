"""Refund plans as a file, and what is paid back for the items of an order."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.exports.declaring import offered, spoken, under
from core.exports.sources import Column, Join, Kind, Source, lend, narrowed, register
from orders.exports.orders import MONEY, ORDER, PURCHASE
from orders.exports.people import customer_columns, customer_join
from orders.presenters.detail import METHODS
from refunds.filters import RefundPlanFilter
from refunds.models import RefundPlan

PLAN = _("Refund plan")
TYPES = dict(RefundPlan.Type.choices)
STATUSES = dict(RefundPlan.Status.choices)
GATEWAYS = dict(RefundPlanFilter.base_filters["gateway"].extra["choices"])
OWNER_ONLY = frozenset({Role.OWNER})

_REQUEST = "LEFT JOIN orders_case request ON request.id = row.case_id"
_SELLER = "LEFT JOIN sellers_seller seller ON seller.id = row.seller_id"
_LINES = """LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT item.number || ' ' || line.name, ', ') AS products,
           sum(refunded.commission) AS commission
    FROM refunds_refundline refunded
    JOIN orders_orderitem item ON item.id = refunded.item_id
    JOIN orders_orderline line ON line.id = item.line_id
    WHERE refunded.plan_id = row.id AND refunded.dropped_at IS NULL) lines ON true"""
_PARTS = """LEFT JOIN LATERAL (
    SELECT string_agg({method}, ', ' ORDER BY payment.position) AS methods
    FROM refunds_refundpart part JOIN orders_payment payment ON payment.id = part.payment_id
    WHERE part.plan_id = row.id) parts ON true"""
_PERSON = "LEFT JOIN accounts_user {0} ON {0}.id = row.{0}_id"
# The plan that stands for the item; where each came to nothing, the last. The amount is the
# item's own: a plan may pay back more than one.
_OF_ITEM = """LEFT JOIN (
    SELECT DISTINCT ON (refunded.item_id) refunded.item_id,
           plan.number, plan.type, plan.status, plan.created_at,
           sum(refunded.amount) FILTER (WHERE refunded.dropped_at IS NULL) AS amount
    FROM refunds_refundline refunded JOIN refunds_refundplan plan ON plan.id = refunded.plan_id
    WHERE refunded.item_id IN (SELECT id FROM frozen) GROUP BY refunded.item_id, plan.id
    ORDER BY refunded.item_id, plan.status = 'void', plan.id DESC) plan ON plan.item_id = row.id"""


@dataclass(frozen=True)
class _Asker:
    """What the filters ask of a request: who is asking."""

    actor: Actor


def listed_plans(actor: Actor, query: QueryDict):
    """What the list of refund plans shows this actor at this address. Raises FiltersNotValid."""
    plans = RefundPlan.objects.visible_to(actor)
    return narrowed(RefundPlanFilter, plans, query, _Asker(actor)).order_by("-id")


def plans_source(role: Role) -> Source:
    people = ("requested_by", "approved_by", "second_approved_by")
    return Source(
        name="refund_plans",
        role=role,
        label=_("Refund plans"),
        model=RefundPlan,
        listed=listed_plans,
        columns=(*_plan_columns(), *_order_columns(), *customer_columns(), *_decided_columns()),
        joins=(
            PURCHASE,
            customer_join("purchase", ("purchase",)),
            Join("request", _REQUEST),
            Join("seller", _SELLER),
            Join("lines", _LINES),
            Join("parts", format_lazy(_PARTS, method=spoken("payment.method", METHODS))),
            *(Join(name, _PERSON.format(name)) for name in people),
        ),
        currency_sql="row.currency",
        filterset_class=RefundPlanFilter,
    )


def _plan_columns() -> tuple[Column, ...]:
    pay_to, payable_when = dict(RefundPlan.PayTo.choices), dict(RefundPlan.PayableWhen.choices)
    inside = ("lines",)
    return (
        *under(
            PLAN,
            Column("plan_number", _("Plan"), "row.number"),
            Column("type", _("Transaction type"), "row.type", words=TYPES),
            Column("status", _("Status"), "row.status", words=STATUSES),
            Column("created_at", _("Created at"), "row.created_at", Kind.MOMENT),
            offered("completed_at", _("Completed at"), "row.completed_at", Kind.MOMENT),
            offered("payable_when", _("Payable"), "row.payable_when", words=payable_when),
            offered("payable_at", _("Payable from"), "row.payable_at", Kind.MOMENT),
            offered("pay_to", _("Paid to"), "row.pay_to", words=pay_to),
            offered("products", _("Products"), "lines.products", needs=inside),
        ),
        *under(
            MONEY,
            Column("currency", _("Currency"), "row.currency"),
            Column("total", _("Return amount"), "row.total", Kind.MONEY),
            offered(
                "commission",
                _("Commission given back"),
                "COALESCE(lines.commission, 0)",
                Kind.MONEY,
                inside,
            ),
        ),
    )


def _order_columns() -> tuple[Column, ...]:
    ordered, seller, asked = ("purchase",), ("seller",), ("request",)
    return under(
        ORDER,
        Column("order_number", _("Order number"), "purchase.number", needs=ordered),
        offered("placed_at", _("Placed at"), "purchase.placed_at", Kind.MOMENT, ordered),
        Column("seller", _("Seller"), "seller.name", needs=seller, roles=OWNER_ONLY),
        Column("request_number", _("Request"), "request.number", needs=asked),
    )


def _decided_columns() -> tuple[Column, ...]:
    """Whose hands it went through, and what it is paid with: the marketplace's to know."""
    labels = {
        "requested_by": _("Asked for by"),
        "approved_by": _("Approved by"),
        "second_approved_by": _("Second approval by"),
    }
    people = (
        offered(
            *(name, label, f"COALESCE(NULLIF({name}.name, ''), {name}.email)"),
            needs=(name,),
            roles=OWNER_ONLY,
        )
        for name, label in labels.items()
    )
    return under(
        _("Payment"),
        offered(*("gateway", _("Paid by"), "row.gateway"), words=GATEWAYS, roles=OWNER_ONLY),
        offered(
            *("payments", _("Paid back to"), "parts.methods"), needs=("parts",), roles=OWNER_ONLY
        ),
        *people,
    )


def _of_items() -> tuple[Column, ...]:
    needs = ("plan",)
    return under(
        PLAN,
        offered("plan_number", _("Plan"), "plan.number", needs=needs),
        offered("plan_type", _("Transaction type"), "plan.type", needs=needs, words=TYPES),
        offered("return_amount", _("Return amount"), "plan.amount", Kind.MONEY, needs),
        offered("plan_status", _("Plan status"), "plan.status", needs=needs, words=STATUSES),
        offered("plan_created_at", _("Plan created at"), "plan.created_at", Kind.MOMENT, needs),
    )


for role in (Role.OWNER, Role.SELLER):
    register(plans_source(role))
    lend("order_items", role, columns=_of_items(), joins=(Join("plan", _OF_ITEM),))
