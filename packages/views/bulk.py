"""Many packages at once: what it comes to, row by row, and then the doing."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from core.errors import DomainError, InvalidInput
from core.jobs.operations import continue_job
from core.web import go_to
from orders.matching import check_unchanged
from packages.bulk import AT_ONCE, Action, start_bulk
from packages.foresight import Foreseen, foresee
from packages.forms import OTHER, TRACKING, BulkForm
from packages.matching import LISTS, numbers_shown
from packages.views.act import Act
from sellers.models import DeliveryOption

MOST = 200  # rows in one question; more come as a file

QUESTIONS: dict[Action, str | Promise] = {
    Action.PACK: gettext_lazy(
        "Everything of these orders that waits is packed: one package each, and per seller."
    ),
    Action.READY: gettext_lazy("They are packed, invoiced and labelled, and wait for the carrier."),
    Action.SHIP: gettext_lazy(
        "Customers are mailed their tracking number. Items can no longer be cancelled."
    ),
    Action.DELIVER: gettext_lazy("The customers are told that their packages have arrived."),
    Action.CHANGE_DELIVERY: gettext_lazy(
        "A tracking number of the carrier before goes with that carrier."
    ),
}
VERBS = {
    Action.PACK: ngettext_lazy("Pack %(n)s order", "Pack %(n)s orders", "n"),
    Action.READY: ngettext_lazy(
        "Make %(n)s package ready to ship", "Make %(n)s packages ready to ship", "n"
    ),
    Action.SHIP: ngettext_lazy("Ship %(n)s package", "Ship %(n)s packages", "n"),
    Action.DELIVER: ngettext_lazy("Deliver %(n)s package", "Deliver %(n)s packages", "n"),
    Action.CHANGE_DELIVERY: ngettext_lazy(
        "Change delivery of %(n)s package", "Change delivery of %(n)s packages", "n"
    ),
}
DONE = {
    Action.PACK: ngettext_lazy("%(n)s order packed.", "%(n)s orders packed.", "n"),
    Action.READY: ngettext_lazy(
        "%(n)s package ready to ship.", "%(n)s packages ready to ship.", "n"
    ),
    Action.SHIP: ngettext_lazy("%(n)s package shipped.", "%(n)s packages shipped.", "n"),
    Action.DELIVER: ngettext_lazy("%(n)s package delivered.", "%(n)s packages delivered.", "n"),
    Action.CHANGE_DELIVERY: ngettext_lazy(
        "Delivery setting of %(n)s package changed.",
        "Delivery setting of %(n)s packages changed.",
        "n",
    ),
}
ICONS = {
    Action.PACK: "package-open",
    Action.READY: "package-check",
    Action.SHIP: "truck",
    Action.DELIVER: "circle-check",
    Action.CHANGE_DELIVERY: "settings-2",
}


class PackagesBulk(Act):
    """Does `action` to the packages (to pack: the orders) named by `numbers`; with `all` to
    everything that the `list` shows at its address `query`, as it is when yes is said.

    Up to `AT_ONCE` are done while the page waits: a toast where all went well, else the page of
    the job with each that did not. More are left to a worker, and watched there.
    """

    form_class = BulkForm
    body = "packages/console/_bulk.html"
    wide = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.given = request.POST if request.method == "POST" else request.GET
        if self.given.get("action") not in list(Action):
            raise Http404
        self.action = Action(self.given["action"])
        self.everything = bool(self.given.get("all")) and self.given.get("list") in LISTS

    def dispatch(self, request, *args, **kwargs):
        try:
            chosen = self.numbers
        except DomainError as refusal:  # too many, or an address that is not valid
            messages.error(request, str(refusal))
            return go_to(request, self.back_url)
        if not chosen:
            messages.error(request, _("Select something first."))
            return go_to(request, self.home_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def numbers(self) -> list[str]:
        if self.everything:
            page, query = self.given["list"], self.given.get("query", "")
            return numbers_shown(page, query, actor=self.request.actor)
        return list(dict.fromkeys(number for number in self.given.getlist("numbers") if number))

    @property
    def unseen(self) -> bool:
        """So many that nobody would read what becomes of each beforehand: it is told after."""
        return self.everything and len(self.numbers) > MOST

    @cached_property
    def seen(self) -> list[Foreseen]:
        """What would become of each, with what was typed so far."""
        if self.unseen:
            return []
        return foresee(self.action, self.numbers[:MOST], actor=self.request.actor, **self._typed())

    def _typed(self) -> dict[str, Any]:
        way = self.given.get("delivery_option", "")
        typed: dict[str, Any] = {}
        if self.action is Action.SHIP:
            typed["tracking"] = {
                name.removeprefix(TRACKING): value.strip()
                for name, value in self.given.items()
                if name.startswith(TRACKING) and value.strip()
            }
        if self.action in (Action.SHIP, Action.CHANGE_DELIVERY) and way:
            typed["delivery_option"] = "" if way == OTHER else way
            typed["other_carrier"] = self.given.get("other_carrier", "") if way == OTHER else ""
        return typed

    @property
    def asked(self) -> list[Foreseen]:
        """Those that would ship if the reader said so twice: a customer asked to cancel."""
        ships = self.action is Action.SHIP
        return [one for one in self.seen if ships and one.asked_to_cancel]

    def _mends(self, one: Foreseen) -> bool:
        """Whether the form itself can put right what is wrong with it."""
        field = one.refusal.field if one.refusal else None
        return field in ("tracking_number", "delivery_option", "other_carrier")

    @property
    def possible(self) -> list[Foreseen]:
        return [one for one in self.seen if not one.refusal or self._mends(one)]

    @property
    def impossible(self) -> list[Foreseen]:
        known = {id(one) for one in [*self.possible, *self.asked]}
        return [one for one in self.seen if id(one) not in known]

    def why_not(self) -> str:
        if len(self.numbers) > MOST and not self.everything:
            return _("At most %(n)s at once here; upload a file for more.") % {"n": MOST}
        return ""

    def home_url(self) -> str:
        packs = self.action is Action.PACK
        return self.at("package_to_pack" if packs else "package_preparing")

    @property
    def heading(self) -> str:
        return VERBS[self.action] % {"n": len(self.numbers)}

    @property
    def question(self) -> str | Promise:
        return QUESTIONS[self.action]

    @property
    def icon(self) -> str:
        return ICONS[self.action]

    @property
    def yes(self) -> str:
        anyway = self.given.get("requests") == BulkForm.ANYWAY
        count = len(self.possible) + (len(self.asked) if anyway else 0)
        if self.unseen:
            count = len(self.numbers)
        return VERBS[self.action] % {"n": count}

    def get_form_kwargs(self) -> dict[str, Any]:
        keep = _("Keep what each has") if self.action is Action.SHIP else _("Choose")
        shown = [*self.possible, *self.asked] if self.action is Action.SHIP else []
        return super().get_form_kwargs() | {
            "options": self._options(),
            "keep": keep,
            "packages": [one.package for one in shown if one.package],
        }

    def _options(self):
        """What the sellers of these packages may choose; the rules look at each again."""
        options = DeliveryOption.objects.offered()
        if self.request.actor.seller_id:
            options = DeliveryOption.objects.offered_to(self.request.actor.seller_id)
        return options.select_related("company").ranked()

    def form_valid(self, form):
        for one in self.seen:
            name = f"{TRACKING}{one.entry.number}"
            if one.refusal and one.refusal.field == "tracking_number" and name in form.fields:
                form.add_error(name, str(one.refusal))
        if form.errors:
            return self.form_invalid(form)
        response = super().form_valid(form)
        if self.result is None or self.count > AT_ONCE or response.status_code == 422:
            return response
        while continue_job(job_id=self.result.pk):
            pass
        self.result.refresh_from_db()
        if self.result.failed:
            return response
        messages.success(self.request, DONE[self.action] % {"n": self.result.done})
        return go_to(self.request, self.back_url)

    def act(self, data: dict):
        if self.everything:
            check_unchanged(self.numbers, self.given.get("told", ""))
        elif refusal := self.why_not():
            raise InvalidInput(refusal)
        numbers, typed = self.numbers, self._typed()
        if self.action is Action.SHIP:
            typed["anyway"] = data["requests"] == BulkForm.ANYWAY
            if not typed["anyway"]:
                left_out = {one.entry.number for one in self.asked}
                numbers = [number for number in numbers if number not in left_out]
        self.count = len(numbers)
        return start_bulk(self.action, numbers, actor=self.request.actor, **typed)

    def get_success_message(self) -> str:
        """What was done at once is said when it is done."""
        if self.count <= AT_ONCE:
            return ""
        return ngettext(
            "%(n)s row started. What became of it stands here.",
            "%(n)s rows started. What became of each stands here.",
            self.count,
        ) % {"n": self.count}

    def get_success_url(self) -> str:
        return self.at("job_detail", self.result.number)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            action=self.action,
            possible=self.possible,
            impossible=self.impossible,
            asked=self.asked,
            everything=self.everything,
            unseen=self.unseen,
            told=len(self.numbers),
            list=self.given.get("list", ""),
            query=self.given.get("query", ""),
            packs=self.action is Action.PACK,
            ships=self.action is Action.SHIP,
            chooses_way=self.action in (Action.SHIP, Action.CHANGE_DELIVERY),
            **kwargs,
        )
