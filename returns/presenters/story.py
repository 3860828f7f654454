"""Where a return stands, as the customer's stepper and story tell it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from orders.models import Case
from returns.models import Offer, ReturnItem, ReturnParcel, ReturnRequest
from returns.presenters.requests import Return

Parcel = ReturnParcel.Status
Status = Case.Status


@dataclass(frozen=True)
class Step:
    """One step of the stepper. state: done, now, next or bad."""

    title: str
    state: str
    note: str
    icon: str


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a return, in the customer's words."""

    title: str
    icon: str
    tone: str
    at: datetime | None
    detail: str = ""


def steps_of(shown: Return) -> list[Step]:
    """asked → answered → sent → received → paid, or how far it came."""
    case = shown.case
    steps = [Step(_("Requested"), "done", _when(case.opened_at), "inbox")]
    match case.status:
        case Status.WITHDRAWN:
            return [*steps, Step(_("Withdrawn"), "bad", _when(case.decided_at), "x")]
        case Status.WAITING:
            until = _("by %(day)s") % {"day": _when(case.due_at)} if case.due_at else ""
            steps.append(Step(_("Answered"), "now", until, "check"))
            return [*steps, *_goods_steps(shown), _last_step(shown, "next", "")]
        case Status.REJECTED:
            steps.append(Step(_("Rejected"), "bad", _when(case.decided_at), "x"))
            return [*steps, *_dispute_steps(shown)]
    steps.append(Step(_("Approved"), "done", _when(case.decided_at), "check"))
    if shown.parcel is not None and shown.parcel.status == Parcel.NEVER_CAME:
        return [*steps, Step(_("Not sent in time"), "bad", _when(case.closed_at), "x")]
    goods = _goods_steps(shown)
    waits = any(step.state != "done" for step in goods)
    return [*steps, *goods, _money_step(shown, waits)]


def _goods_steps(shown: Return) -> list[Step]:
    if not shown.goods_expected:
        return []
    parcel = shown.parcel
    sent, received = _("Sent"), _("Received")
    if parcel is None:
        return [Step(sent, "next", "", "send"), Step(received, "next", "", "package-check")]
    if parcel.status == Parcel.AWAITED:
        until = _("by %(day)s") % {"day": _when(parcel.send_by)} if parcel.send_by else ""
        return [Step(sent, "now", until, "send"), Step(received, "next", "", "package-check")]
    steps = [Step(sent, "done", _when(parcel.sent_at), "send")]
    if parcel.status == Parcel.RECEIVED:
        return [*steps, Step(received, "done", _when(parcel.received_at), "package-check")]
    until = _("by %(day)s") % {"day": _when(parcel.confirm_by)} if parcel.confirm_by else ""
    if parcel.status == Parcel.PARTLY_RECEIVED:
        until = _("partly")
    return [*steps, Step(received, "now", until, "package-check")]


def _money_step(shown: Return, waits: bool) -> Step:
    if shown.case.status == Status.COMPLETED or (shown.plans and shown.is_paid):
        return _last_step(shown, "done", _when(shown.paid_at or shown.case.closed_at))
    if waits and shown.plan is not None and shown.plan.payable_at is None:
        return _last_step(shown, "next", _("on receipt"))
    return _last_step(shown, "now", _("within minutes") if shown.plans else "")


def _last_step(shown: Return, state: str, note: str) -> Step:
    if shown.request.wish == ReturnRequest.Wish.REFUND or shown.plans:
        return Step(_("Refunded"), state, note, "wallet")
    return Step(_("Sent again"), state, note, "package-open")


def _dispute_steps(shown: Return) -> list[Step]:
    dispute = shown.dispute
    if dispute is None:
        return []
    decided = _("Decided by the marketplace")
    if dispute.decision is None:
        stated = dispute.dispute.stated_at
        own = Step(
            _("Your side"),
            "done" if stated else ("now" if dispute.may_state else "next"),
            _when(stated or dispute.dispute.statement_by),
            "message-square",
        )
        return [own, Step(decided, "next" if dispute.may_state else "now", "", "scale")]
    return [
        Step(
            decided,
            "now" if dispute.on_appeal else "done",
            _when(dispute.decision.decided_at),
            "scale",
        )
    ]


def story_of(shown: Return) -> list[Happening]:
    """What happened so far, newest first."""
    story = [*_asked(shown), *_offered(shown), *_answered(shown), *_goods(shown)]
    story += [*_disputed(shown), *_overruled(shown), *_paid(shown)]
    known = [(one.at, one) for one in story if one.at is not None]
    newest = sorted(known, key=lambda pair: pair[0], reverse=True)
    return [*(one for _at, one in newest), *(one for one in story if one.at is None)]


def _asked(shown: Return) -> list[Happening]:
    case, units = shown.case, shown.units
    match case.origin:
        case Case.Origin.CUSTOMER:
            title = _("You asked for a return") if shown.for_customer else _("Return requested")
        case Case.Origin.SYSTEM:
            title = _("The delivery failed, and a return was opened")
        case _:
            title = _("%(who)s opened a return") % {"who": case.get_origin_display()}
    items = ngettext("%(n)s item", "%(n)s items", units) % {"n": units}
    files = sum(len(entry.asked_with) for entry in shown.entries)
    if files:
        items += ", " + ngettext("%(n)s file", "%(n)s files", files) % {"n": files}
    return [Happening(title, "undo-2", "accent", case.opened_at, items)]


def _offered(shown: Return) -> list[Happening]:
    words = {
        Offer.Status.ACCEPTED: (_("Offer accepted"), "check", "success"),
        Offer.Status.DECLINED: (_("Offer declined"), "x", "neutral"),
        Offer.Status.LAPSED: (_("Offer lapsed"), "clock", "neutral"),
        Offer.Status.WITHDRAWN: (_("Offer taken back"), "undo-2", "neutral"),
    }
    names = {entry.row.pk: entry.name for entry in shown.entries}
    found = []
    for offer in shown.offers:
        facts = {
            "amount": f"{formats.figure(offer.amount, shown.currency)} {shown.currency}",
            "name": names[offer.entry_id],
        }
        detail = _("%(amount)s to keep %(name)s") % facts
        found.append(Happening(_("An offer was made"), "handshake", "info", offer.made_at, detail))
        if offer.status in words:
            title, icon, tone = words[Offer.Status(offer.status)]
            found.append(Happening(title, icon, tone, offer.answered_at, detail))
    return found


def _answered(shown: Return) -> list[Happening]:
    looks = {
        ReturnItem.Status.APPROVED: (_("Approved"), "check", "success"),
        ReturnItem.Status.REJECTED: (_("Rejected"), "x", "danger"),
        ReturnItem.Status.WITHDRAWN: (_("Withdrawn"), "undo-2", "neutral"),
    }
    found: dict[tuple, list] = {}
    for entry in shown.entries:
        if entry.status in looks:
            found.setdefault((entry.row.decided_at, entry.status, entry.answer), []).append(entry)
    happened = []
    for (at, status, answer), entries in found.items():
        title, icon, tone = looks[ReturnItem.Status(status)]
        names = ", ".join(entry.name for entry in entries)
        first = entries[0]
        rejected = first.rejection and not first.overruled
        why = first.rejection.text if rejected else first.decision
        said = f"“{answer}”" if answer and not first.overruled else ""
        detail = ". ".join(filter(None, [names, str(why), said]))
        happened.append(Happening(title, icon, tone, at, detail))
    return happened


def _goods(shown: Return) -> list[Happening]:
    parcel = shown.parcel
    if parcel is None:
        return []
    code = _("Return code %(code)s") % {"code": parcel.code}
    found = [Happening(_("Return label ready"), "printer", "plain", parcel.created_at, code)]
    if parcel.sent_at:
        found.append(
            Happening(
                _("Goods on their way back"), "send", "info", parcel.sent_at, parcel.tracking_number
            )
        )
    if parcel.received_at:
        found.append(Happening(_("Goods received"), "package-check", "info", parcel.received_at))
    elif parcel.status == Parcel.NEVER_CAME:
        found.append(
            Happening(_("The goods were not sent in time"), "x", "danger", shown.case.closed_at)
        )
    return found


def _disputed(shown: Return) -> list[Happening]:
    view = shown.dispute
    if view is None:
        return []
    dispute = view.dispute
    found = [Happening(_("Dispute opened"), "scale", "danger", dispute.opened_at, view.number)]
    if dispute.stated_at:
        title = _("You told your side") if shown.for_customer else _("The customer told their side")
        found.append(Happening(title, "message-square", "plain", dispute.stated_at))
    if dispute.appealed_at:
        found.append(Happening(_("Decision appealed"), "scale", "warning", dispute.appealed_at))
    for decision in view.decisions:
        words = str(decision.get_outcome_display())
        found.append(
            Happening(_("Marketplace decided"), "scale", "info", decision.decided_at, words)
        )
    return found


def _overruled(shown: Return) -> list[Happening]:
    """What the seller had rejected and the marketplace gave: their rejection opened the dispute."""
    found: dict[str, list[str]] = {}
    for entry in shown.entries:
        if entry.overruled:
            said = f"“{entry.answer}”" if entry.answer else ""
            why = ". ".join(filter(None, [str(entry.rejection.text), said]))
            found.setdefault(why, []).append(entry.name)
    at = shown.dispute.dispute.opened_at if shown.dispute else None
    return [
        Happening(_("Rejected"), "x", "danger", at, f"{', '.join(names)}. {why}")
        for why, names in found.items()
    ]


def _paid(shown: Return) -> list[Happening]:
    return [
        Happening(
            _("Paid back"),
            "wallet",
            "success",
            plan.completed_at,
            f"{formats.figure(plan.total, shown.currency)} {shown.currency}",
        )
        for plan in shown.plans
        if plan.completed_at and plan.total
    ]


def _when(moment: datetime | None) -> str:
    return formats.when(moment) if moment else ""
