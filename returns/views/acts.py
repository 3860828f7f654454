"""The shape of what is done with one return: a form that is one operation, embedded in the page
of the return, and a page of its own where something typed has to be mended."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise, cached_property

from core.errors import DomainError, Problems
from core.web import OperationFormView, OperationView
from orders.models import Case
from returns.forms.files import KeepsFiles
from returns.presenters import Return, return_case

LAYOUTS = {"my": "layouts/storefront.html"}
CONSOLE = "layouts/console.html"


class OfReturn:
    """For views about the return `number`; anything the reader may not see is 404."""

    request: Any
    kwargs: dict

    @cached_property
    def case(self) -> Case:
        found = return_case(self.request.actor, number=self.kwargs["number"])
        if found is None:
            raise Http404
        return found

    @cached_property
    def shown(self) -> Return:
        return Return(self.case, self.request.actor)

    @property
    def surface(self) -> str:
        return self.request.resolver_match.namespace

    def at(self, name: str, *arguments: Any) -> str:
        """An address on the reader's surface."""
        return reverse(f"{self.surface}:{name}", args=arguments)

    def home_url(self) -> str:
        return self.at("case_detail", self.case.number)


class ReturnAct(OfReturn, OperationFormView):
    """Write `act(data)`; the rest is words. heading, intro, unchanged (over the errors), yes."""

    template_name = "returns/act.html"
    heading: str | Promise = ""
    intro: str | Promise = ""
    unchanged: str | Promise = ""
    yes: str | Promise = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.case  # noqa: B018 - 404 before anything else is looked at

    def act(self, data: dict) -> Any:
        raise NotImplementedError

    def get_form(self, form_class=None):
        """With the files that were sent: kept, whatever else is wrong with the form."""
        form = super().get_form(form_class)
        if form.is_bound and isinstance(form, KeepsFiles):
            form.full_clean()
            form.store(self.request.actor)
        self.form = form
        return form

    def perform(self, data: dict) -> Any:
        try:
            return self.act(data)
        except DomainError as refusal:
            find = getattr(self.form, "field_at", None)
            if find is not None:
                for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
                    one.field = find(one.field) or one.field
            raise

    def get_success_url(self) -> str:
        return self.home_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            layout=LAYOUTS.get(self.surface, CONSOLE),
            surface=self.surface,
            shown=self.shown,
            case=self.case,
            order=self.shown.order,
            heading=self.heading,
            intro=self.intro,
            unchanged=self.unchanged,
            yes=self.yes,
            back_url=self.home_url(),
            **kwargs,
        )


class ReturnButton(OfReturn, OperationView):
    """A button about one return, without fields."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.case  # noqa: B018 - 404 before anything else is looked at

    def get_success_url(self) -> str:
        return self.home_url()
