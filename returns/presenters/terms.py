"""The terms of returns in words and figures, as they are in force: for help pages and settings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.actors import Actor
from core.deadlines.calendar import Unit
from core.deadlines.defaults import DEFAULTS
from core.deadlines.models import DeadlineRule
from core.deadlines.schedule import Schedule, schedule_of
from core.money import at_rate, currency_exponent
from orders.models import Order, Reason
from refunds.models import RefundLine, RefundPlan
from returns.defaults import WINDOW_STEP
from returns.models import ReturnPolicy
from returns.presenters.figures import SumRow
from returns.rules import Policies, Rules

CURRENCY = "EUR"  # of examples, where neither the rules nor an order names one
STEPS = ("answer", "escalated", "offer", "send_goods", "confirm_receipt", "statement", "appeal")


def length_words(rule) -> str:
    """ "2 working days"."""
    facts = {"n": rule.amount}
    match rule.unit:
        case Unit.HOURS:
            return ngettext("%(n)s hour", "%(n)s hours", rule.amount) % facts
        case Unit.WORKING_DAYS:
            return ngettext("%(n)s working day", "%(n)s working days", rule.amount) % facts
    return ngettext("%(n)s day", "%(n)s days", rule.amount) % facts


def time_words() -> dict[str, str]:
    """How long each step of a return may take: {"send_goods": "5 days"}."""
    rows = DeadlineRule.objects.filter(step__in=[f"return.{step}" for step in STEPS])
    known = DEFAULTS | {rule.step: rule for rule in rows}
    return {step: length_words(known[f"return.{step}"]) for step in STEPS}


def percent_words(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"


@dataclass(frozen=True)
class Term:
    """One rule, as people read it."""

    label: str
    words: str


def terms_in_words(rules: Rules, currency: str) -> list[Term]:
    """What holds for items under these rules; amounts in `currency`."""

    def money(amount: int) -> str:
        return f"{formats.figure(amount, currency)} {currency}"

    window = rules.window.rule
    days = length_words(window) if rules.takes_returns else _("No returns")
    receipt = rules.payable_when == RefundPlan.PayableWhen.ON_RECEIPT
    keep, silence = rules.keep_goods_up_to, rules.silence_approves_up_to
    return [
        Term(_("Days after delivery"), days),
        Term(
            _("Money leaves"),
            _("When the goods are received") if receipt else _("As soon as it is approved"),
        ),
        Term(
            _("Restocking fee"),
            percent_words(rules.restocking_rate) if rules.restocking_rate else _("None"),
        ),
        Term(
            _("Return shipping, where the customer pays it"),
            money(rules.return_shipping_fee) if rules.return_shipping_fee else _("Nothing is kept"),
        ),
        Term(
            _("Refund without return"),
            _("Up to %(amount)s") % {"amount": money(keep)} if keep is not None else _("No"),
        ),
        Term(
            _("Silence of the seller"),
            _("Approves up to %(amount)s") % {"amount": money(silence)}
            if silence is not None
            else _("Approves any amount"),
        ),
        Term(
            _("When a delivery fails"),
            _("A return opens by itself") if rules.opens_on_failed_delivery else _("It waits"),
        ),
    ]


@dataclass(frozen=True)
class PolicyInForce:
    """One place with its rules, resolved: what is empty is said by wider rules."""

    policy: ReturnPolicy | None
    place: str
    terms: Sequence[Term]


def place_words(policy: ReturnPolicy | None) -> str:
    """For whom a policy holds: "Lumen Home, category books"."""
    if policy is None or not (policy.seller_id or policy.category):
        return _("All returns")
    parts = [policy.seller.name] if policy.seller else []
    if policy.category:
        parts.append(_("category %(category)s") % {"category": policy.category})
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def usual_currency(actor: Actor) -> str:
    """The currency of the newest order that this reader may see."""
    orders = Order.objects.visible_to(actor).order_by("-placed_at", "-pk")
    return orders.values_list("currency", flat=True).first() or CURRENCY


def policies_in_force(actor: Actor, currency: str) -> list[PolicyInForce]:
    """The marketplace's rules first, then every place that differs, as far as the reader may know
    of them. Customers read the marketplace's and those of categories."""
    return [
        PolicyInForce(row, place_words(row), terms_in_words(rules, of_currency))
        for row, rules, of_currency in rules_in_force(actor, currency)
    ]


def rules_in_force(actor: Actor, currency: str) -> list[tuple[ReturnPolicy | None, Rules, str]]:
    """(whose they are, the rules, the currency of their amounts) as `policies_in_force` words
    them; the first one is the marketplace's, None where its owner has said nothing."""
    rows = list(_readable(actor).select_related("seller").order_by("seller", "category"))
    book = Policies(rows)
    general = next((row for row in rows if not (row.seller_id or row.category)), None)
    others = [row for row in rows if row is not general]

    def resolved(row: ReturnPolicy | None) -> tuple[ReturnPolicy | None, Rules, str]:
        of_currency = (row.currency if row else "") or currency
        seller_id, category = (row.seller_id, row.category) if row else (None, "")
        return row, book.rules_for(seller_id, category, of_currency), of_currency  # type: ignore[arg-type]

    return [resolved(general), *(resolved(row) for row in others)]


def _readable(actor: Actor):
    if actor.role == "customer":
        return ReturnPolicy.objects.filter(seller=None)
    return ReturnPolicy.objects.visible_to(actor)


@dataclass(frozen=True)
class Example:
    """What a return of an item of 100 with shipping of 5 would come to under some rules."""

    title: str
    rows: Sequence[SumRow]
    total: int
    note: str


@dataclass(frozen=True)
class Preview:
    """A policy in an example: for the settings, before it is saved."""

    currency: str
    until: datetime | None
    examples: Sequence[Example]


def preview_of(policy: ReturnPolicy, currency: str, zone: str) -> Preview:
    """The example for a policy that need not be saved, among those that are."""
    others = ReturnPolicy.objects.exclude(pk=policy.pk)
    rules = Policies([*others, policy]).rules_for(
        policy.seller_id,  # type: ignore[arg-type]
        policy.category,
        currency,
    )
    until = _window_of(rules).due(timezone.now(), zone) if rules.takes_returns else None
    faults = (Reason.Fault.CUSTOMER, Reason.Fault.SELLER)
    return Preview(currency, until, [_example(rules, currency, fault) for fault in faults])


def _window_of(rules: Rules) -> Schedule:
    return rules.window or schedule_of(WINDOW_STEP)


def _example(rules: Rules, currency: str, fault: str) -> Example:
    one = 10 ** currency_exponent(currency)
    price, shipping = 100 * one, 5 * one
    rows = [
        SumRow(_("1 × an item of 100"), price),
        SumRow(_("Shipping share"), shipping),
    ]
    stays = rules.keep_goods_up_to is not None and price + shipping <= rules.keep_goods_up_to
    if fault == Reason.Fault.CUSTOMER and not stays:
        component = RefundLine.Component
        restocking = at_rate(price, rules.restocking_rate)
        way_back = min(rules.return_shipping_fee, price - restocking)
        rows += _fee(component.RESTOCKING.label, restocking)
        rows += _fee(component.RETURN_SHIPPING.label, way_back)
    total = sum(row.amount for row in rows)
    if stays:
        note = _("The goods stay with the customer, and the money leaves on approval.")
    elif rules.payable_when == RefundPlan.PayableWhen.ON_RECEIPT:
        note = _("Paid when the goods are received.")
    else:
        note = _("Paid when it is approved; the goods come back later.")
    titles = {
        Reason.Fault.CUSTOMER: _("Changed their mind"),
        Reason.Fault.SELLER: _("Arrived wrong, the seller's fault"),
    }
    return Example(titles[Reason.Fault(fault)], rows, total, note)


def _fee(label: str | Promise, amount: int) -> Iterable[SumRow]:
    return [SumRow(str(label), -amount)] if amount else []
