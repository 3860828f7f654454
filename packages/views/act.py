"""The shape of what is done with packages: a form that is one operation, asked in a dialog over
the page where scripts run, else on a page of its own."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import DomainError
from core.web import OperationFormView
from packages.models import Package
from packages.presenters.detail import PackageDetail
from sellers.models import DeliveryOption

BACK = "back"


class Act(OperationFormView):
    """A question, a form and a verb. Write `act(data)`; the rest is words.

    heading, question, yes: the title, what happens to whom, and the button
    body: the template with the fields; icon, tone: of the button
    """

    template_name = "packages/console/act.html"
    partial = "dialog"
    heading: str | Promise = ""
    question: str | Promise = ""
    yes: str | Promise = ""
    body = ""
    icon = ""
    wide = False

    def act(self, data: dict) -> Any:
        raise NotImplementedError

    def perform(self, data: dict) -> Any:
        try:
            return self.act(data)
        except DomainError as refusal:
            if refusal.status == 404:  # an id of somebody else's, or of nothing
                raise Http404(str(refusal)) from refusal
            raise

    def form_valid(self, form):
        self.form = form
        return super().form_valid(form)

    def home_url(self) -> str:
        """Where this act belongs, for those who came from nowhere."""
        raise NotImplementedError

    @cached_property
    def back_url(self) -> str:
        """The page that the dialog was opened over, else where the act belongs."""
        request = self.request
        back = request.POST.get(BACK) or (
            request.htmx.current_url_abs_path if request.htmx and request.method == "GET" else ""
        )
        if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return back
        return self.home_url()

    def get_success_url(self) -> str:
        return self.back_url

    def at(self, name: str, *arguments: str) -> str:
        """An address on the reader's surface."""
        return reverse(f"{self.request.resolver_match.namespace}:{name}", args=arguments)

    def why_not(self) -> str:
        """Why there is nothing to ask now; then the form is left out."""
        return ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            surface=self.request.resolver_match.namespace,
            heading=self.heading,
            question=self.question,
            yes=self.yes,
            body=self.body,
            icon=self.icon,
            wide=self.wide,
            back_url=self.back_url,
            list_url=self.at("package_list"),
            why_not=self.why_not(),
            **kwargs,
        )


class PackageAct(Act):
    """An act on the package that the address names."""

    name = ""  # of its address, and of its `presenters.detail.Action`

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        packages = Package.objects.visible_to(request.actor).select_related(
            "order", "seller_order", "delivery_option__company"
        )
        self.package = packages.filter(number=kwargs["number"]).first()
        if self.package is None:
            raise Http404
        self.detail = PackageDetail(self.package, request.actor)

    def home_url(self) -> str:
        return self.at("package_detail", self.package.number)

    def why_not(self) -> str:
        return self.detail.action(self.name).refusal

    def delivery_arguments(self, keep: str = "") -> dict[str, Any]:
        offered = DeliveryOption.objects.offered_to(self.package.seller_id)
        return {
            "options": offered.select_related("company").ranked(),
            "package": self.package,
            "keep": keep,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(package=self.package, detail=self.detail, **kwargs)
