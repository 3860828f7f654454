"""Cancellation/Return Requests: the list by deadline, and one request with what can be done."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cancellations.presenters import Cancellation, cancellation_case
from core.actors import Rank, Role
from core.errors import DomainError, Problems
from core.web import CURSOR, OperationFormView, ScopedListView, form_key_input
from marketplace.aftersales.answers import Answer, Choices, carry_out, done_words, silence_words
from marketplace.aftersales.filters import (
    RequestFilter,
    RequestTab,
    SellerRequestFilter,
    in_tab,
)
from marketplace.aftersales.forms import AnswerForm
from marketplace.aftersales.requests import (
    DATED,
    RequestRow,
    listed_requests,
    order_of,
    tab_counts,
)
from orders.models import Case


class RequestList(ScopedListView):
    """What waits, goods and disputes, the nearest deadline first; the rest, newest first."""

    model = Case
    filterset_class = RequestFilter
    page_size = 50
    template_name = "aftersales/request_list.html"

    @cached_property
    def tab(self) -> str:
        asked = self.request.GET.get("tab")
        return asked if asked in RequestTab.values else RequestTab.WAITING

    @property
    def keyset(self):
        return order_of(self.tab)

    def get_queryset(self):
        return in_tab(listed_requests(self.request.actor, self.tab), self.tab)

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        counts = tab_counts(actor)
        return super().get_context_data(
            request_rows=[RequestRow(case, actor) for case in self.page.rows],
            tabs=[(tab, tab.label, counts[tab], self._tab_url(tab)) for tab in RequestTab],
            tab=self.tab,
            search=self.request.GET.get("search", ""),
            kept={"tab": self.tab},
            by_deadline=self.tab in DATED,
            narrowed=bool(self.request.GET.keys() - {CURSOR, "tab"}),
            is_owner=actor.role is Role.OWNER,
            may_confirm=self.tab == RequestTab.WAITING and actor.has_rank(Rank.MANAGER),
            form_key_input=form_key_input(),
            **kwargs,
        )

    def _tab_url(self, tab: str) -> str:
        """The tab's address keeps the filters and begins at the first page."""
        asked = self.request.GET.copy()
        asked.pop(CURSOR, None)
        asked["tab"] = tab
        return f"?{asked.urlencode()}"


class SellerRequestList(RequestList):
    filterset_class = SellerRequestFilter


class RequestDetail(OperationFormView):
    """One cancellation: what is asked, what became of it, and what the reader may do now."""

    form_class = AnswerForm
    template_name = "aftersales/request_detail.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        found = cancellation_case(request.actor, kwargs["number"])
        if found is None:
            raise Http404
        self.case = found
        self.shown = Cancellation(self.case, request.actor)
        # The case is in memory already; without this the policies would read it again.
        self.shown.request.case = self.case

    @cached_property
    def choices(self) -> Choices:
        return Choices.of(self.shown.request, self.request.actor)

    def post(self, request, *args, **kwargs):
        if not request.actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Answering needs the role Manager."))
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        entries = self.choices.entries
        if self.request.method == "POST":  # what was answered meanwhile is refused by its name
            entries = self.shown.request.items.all()
        return super().get_form_kwargs() | {"entries": entries}

    def perform(self, data: dict):
        try:
            return carry_out(
                Answer(data["answer"]),
                self.shown.request,
                item_ids=data["items"],
                note=data["note"],
                actor=self.request.actor,
            )
        except DomainError as refusal:
            for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
                self._name_item(one, data["items"])
            raise

    def _name_item(self, refusal: DomainError, item_ids: list[int]) -> None:
        """A refusal that points at an item begins with its name."""
        kind, _sep, position = (refusal.field or "").partition("/")
        if kind != "items" or not position.isdecimal():
            return
        name = next(
            entry.name for entry in self.shown.entries if entry.item.pk == item_ids[int(position)]
        )
        refusal.args = (f"{name}: {refusal}",)

    def get_success_message(self) -> str:
        items = len(self.request.POST.getlist("items"))
        return done_words(Answer(self.request.POST["answer"]), self.case.number, items)

    def get_success_url(self) -> str:
        """Back to where it was answered: the order's tab, or this page."""
        surface = self.request.resolver_match.namespace
        if self.request.POST.get("back") == "order":
            return reverse(f"{surface}:order_detail", args=[self.case.order.number]) + (
                "?tab=requests"
            )
        return reverse(f"{surface}:case_detail", args=[self.case.number])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "case": self.case,
            "order": self.shown.order,
            "cancellation": self.shown,
            "choices": self.choices,
            "silence": silence_words(self.shown),
            "is_owner": self.request.actor.role is Role.OWNER,
            "back": "",
        }
