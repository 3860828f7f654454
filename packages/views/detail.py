"""One package: what is in it, where it goes, what happened, and what can be done."""

from django.http import FileResponse, Http404
from django.views.generic import View

from core.errors import DomainError
from core.web import ScopedDetailView
from packages.models import Package
from packages.paper.invoices import open_invoice
from packages.presenters.detail import PackageDetail


class ConsolePackage(ScopedDetailView):
    model = Package
    context_object_name = "package"
    template_name = "packages/console/package_detail.html"

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("order__customer", "seller_order", "seller", "delivery_option__company")
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            detail=PackageDetail(self.object, self.request.actor),
            order=self.object.order,
            surface=self.request.resolver_match.namespace,
            **kwargs,
        )


class InvoiceFile(View):
    """The invoice that was handed in, for those who may see its package."""

    def get(self, request, number: str):
        package = Package.objects.visible_to(request.actor).filter(number=number).first()
        if package is None:
            raise Http404
        try:
            file = open_invoice(package)
        except DomainError as refusal:
            raise Http404(str(refusal)) from refusal
        answer = FileResponse(
            file.stream,
            as_attachment=True,
            filename=file.filename,
            content_type=file.content_type,
        )
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
