"""One address for every request: a cancellation and a return each have their own page."""

from django.http import Http404
from django.urls import reverse
from django.views.generic import View

from cancellations.views.storefront import CancellationDetail
from core.web import go_to
from marketplace.aftersales.views.requests import RequestDetail
from orders.models import Case
from returns.views.console import ReturnPage
from returns.views.storefront import ReturnDetail


class ByKind(View):
    """Answers with the page for the kind of the request `number`."""

    pages: dict = {}

    def dispatch(self, request, *args, **kwargs):
        cases = Case.objects.visible_to(request.actor).select_related("order", "return_request")
        case = cases.filter(number=kwargs["number"]).first()
        page = self.pages.get(case.kind) if case else None
        if page is None:
            raise Http404
        if case.kind == Case.Kind.RETURN and not hasattr(case, "return_request"):
            return self._past(case)
        return page.as_view()(request, *args, **kwargs)

    def _past(self, case: Case):
        """What came with an imported past has no page: its order says that it was."""
        surface = self.request.resolver_match.namespace
        address = reverse(f"{surface}:order_detail", args=[case.order.number])
        return go_to(self.request, f"{address}?tab=requests")


class MyCase(ByKind):
    pages = {Case.Kind.CANCEL: CancellationDetail, Case.Kind.RETURN: ReturnDetail}


class ConsoleCase(ByKind):
    pages = {Case.Kind.CANCEL: RequestDetail, Case.Kind.RETURN: ReturnPage}
