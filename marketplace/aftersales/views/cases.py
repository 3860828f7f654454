"""One address for every request: a cancellation and a return each have their own page."""

from django.http import Http404
from django.views.generic import View

from cancellations.views.storefront import CancellationDetail
from marketplace.aftersales.views.requests import RequestDetail
from orders.models import Case
from returns.views.console import ReturnPage
from returns.views.storefront import ReturnDetail


class ByKind(View):
    """Answers with the page for the kind of the request `number`."""

    pages: dict = {}

    def dispatch(self, request, *args, **kwargs):
        case = Case.objects.visible_to(request.actor).filter(number=kwargs["number"]).first()
        page = self.pages.get(case.kind) if case else None
        if page is None:
            raise Http404
        return page.as_view()(request, *args, **kwargs)


class MyCase(ByKind):
    pages = {Case.Kind.CANCEL: CancellationDetail, Case.Kind.RETURN: ReturnDetail}


class ConsoleCase(ByKind):
    pages = {Case.Kind.CANCEL: RequestDetail, Case.Kind.RETURN: ReturnPage}
