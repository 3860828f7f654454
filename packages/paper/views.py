"""The page that is printed, and the same as a PDF file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.errors import DomainError, InvalidInput
from packages.operations.locking import UnknownPackage
from packages.paper import pdf
from packages.paper.documents import TITLES, Kind, Sheet, pick_lists, sheets_of

LINKED = 100  # numbers that fit into an address; more come as a form
A6, FOUR_ON_A4 = "a6", "a4"


class PackagePaper(TemplateView):
    """Slips, labels or a pick list of the packages in `numbers` (separated by commas, or given
    several times). Writes nothing; a POST is a GET whose numbers do not fit into an address.

    kind: slip, label, picklist; size: a6, a4 (four labels on a sheet); as: pdf. One package out of
    scope and the whole document is 404.
    """

    template_name = "packages/paper/paper.html"
    pdf_template_name = "packages/paper/pdf.html"

    def post(self, request):
        return self.get(request)

    def get(self, request, *args, **kwargs):
        if self.asked.get("kind", Kind.SLIP) not in list(Kind):
            raise Http404
        try:
            if self.asked.get("as") == "pdf":
                return self._pdf()
            return super().get(request, *args, **kwargs)
        except UnknownPackage:
            raise Http404
        except DomainError as refusal:
            context = {"refusal": refusal, "back_url": self._list_url()}
            return render(request, "refusal.html", context, status=refusal.status)

    @property
    def asked(self):
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def kind(self) -> Kind:
        return Kind(self.asked.get("kind", Kind.SLIP))

    @property
    def size(self) -> str:
        return FOUR_ON_A4 if self.asked.get("size") == FOUR_ON_A4 else A6

    @cached_property
    def numbers(self) -> list[str]:
        given = ",".join(self.asked.getlist("numbers")).split(",")
        return list(dict.fromkeys(number.strip() for number in given if number.strip()))

    @cached_property
    def sheets(self) -> list[Sheet]:
        return sheets_of(self.numbers, self.request.actor)

    def get_context_data(self, **kwargs):
        sheets = self.sheets
        return super().get_context_data(
            kind=self.kind,
            kinds=TITLES.items(),
            size=self.size,
            title=TITLES[self.kind],
            numbers=",".join(self.numbers),
            form_method="get" if len(self.numbers) <= LINKED else "post",
            sheets=sheets,
            fours=self._fours(),
            lists=pick_lists(sheets) if self.kind is Kind.PICKLIST else [],
            left_out=len(self.numbers) - len(sheets),
            pdf_possible=pdf.is_possible() and len(self.numbers) <= pdf.MOST,
            back_url=self._list_url(),
            **kwargs,
        )

    def _fours(self) -> list[list[Sheet]]:
        """The labels as they share sheets of A4; none where each has its own."""
        if self.kind is not Kind.LABEL or self.size != FOUR_ON_A4:
            return []
        return [self.sheets[first : first + 4] for first in range(0, len(self.sheets), 4)]

    def _pdf(self) -> HttpResponse:
        if not pdf.is_possible():
            raise pdf.NoPdf
        if len(self.numbers) > pdf.MOST:
            raise InvalidInput(
                _("At most %(most)s packages in a PDF file; print the page instead.")
                % {"most": pdf.MOST},
                field="numbers",
            )
        html = render_to_string(self.pdf_template_name, self.get_context_data(), self.request)
        answer = HttpResponse(pdf.pdf_of(html), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{self.kind}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _list_url(self) -> str:
        namespace = self.request.resolver_match.namespace
        return reverse(f"{namespace}:package_list")
