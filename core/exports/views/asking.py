"""Choosing what goes into a file: over the list where scripts run, else on a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.exports import operations, policies
from core.exports.forms import ExportForm
from core.exports.models import ExportPreset, Format
from core.exports.narrowing import amount_of, narrowed_by
from core.exports.presets import last_used, presets_of, still_offered
from core.exports.sources import Column, Source, SourceNotFound, source_for, sources_for
from core.exports.views import surface_of
from core.web import CURSOR, FORM_KEY, OperationFormView

# What an address of ours holds besides the list's own filters.
TICKED, QUERY, BACK = "numbers", "query", "back"
OURS = {"source", "format", "which", "columns", "preset", "preset_name", TICKED, QUERY, BACK}
OURS |= {"name", "every", "weekday", "hour"}  # of a schedule
OURS |= {"all", "list", "view", "action", "begin"}  # of lists' bulk bars, and of our buttons
OURS |= {CURSOR, FORM_KEY, "csrfmiddlewaretoken"}
TITLE_LENGTH = 200


@dataclass(frozen=True)
class Choice:
    """A column on the page. `chosen`: it is in the file."""

    column: Column
    chosen: bool


class Exporting(OperationFormView):
    """What the pages about one wish share: a source, an address, rows, columns, presets."""

    form_class: Any = ExportForm
    template_name = "exports/export_new.html"
    partial = "dialog"
    heading = gettext_lazy("Export")
    about = gettext_lazy(
        "The file is built in the background. You get a mail with a link when it is ready."
    )
    scheduling = False

    def dispatch(self, request, *args, **kwargs):
        if refusal := policies.may_export(request.actor):
            raise PermissionDenied(str(refusal))
        return super().dispatch(request, *args, **kwargs)

    @property
    def given(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def source(self) -> Source:
        named = self.given.get("source") or sources_for(self.request.actor)[0].name
        try:
            return source_for(self.request.actor, named)
        except SourceNotFound as missing:
            raise Http404(str(missing)) from missing

    @cached_property
    def query(self) -> QueryDict:
        """The list's own address."""
        if QUERY in self.given:
            asked = QueryDict(self.given.get(QUERY, "")[:4000], mutable=True)
        else:
            asked = self.given.copy()
        for name in OURS:
            asked.pop(name, None)
        for name in [name for name in asked if not any(asked.getlist(name))]:
            del asked[name]
        return asked

    @cached_property
    def ticked(self) -> list[str]:
        """The numbers of single rows; none where all that the list shows was ticked at once."""
        return [] if self.given.get("all") else self.given.getlist(TICKED)

    @cached_property
    def preset(self) -> ExportPreset | None:
        named = self.given.get("preset", "")
        if not named.isdecimal():
            return None
        return self.scoped(ExportPreset, pk=int(named), source=self.source.name)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"source": self.source, "actor": self.request.actor}

    def get_initial(self) -> dict[str, Any]:
        """The columns of the address, of the preset, of last time, or the usual ones."""
        source, actor = self.source, self.request.actor
        asked = self.given.getlist("columns")
        kept = self.preset or (None if asked else last_used(actor, source))
        columns = still_offered(source, actor, asked or (kept.columns if kept else []))
        named = self.given.get("format", "")
        return {
            "format": named if named in Format.values else kept.format if kept else Format.CSV,
            "which": self._usual_rows(),
            "columns": columns or source.default_columns(actor),
        }

    def _usual_rows(self) -> str:
        if self.ticked:
            return ExportForm.TICKED
        return ExportForm.SHOWN if self.query else ExportForm.ALL

    def wanted(self, data: dict) -> dict[str, Any]:
        """What the operations take, of what was chosen."""
        which = data["which"] or self._usual_rows()
        query = QueryDict(self.source.everything) if which == ExportForm.ALL else self.query
        return {
            "source": self.source.name,
            "format": data["format"],
            "columns": data["columns"],
            "query": query,
            "actor": self.request.actor,
            "zone": timezone.get_current_timezone_name(),
            "language": get_language() or "",
        }

    def at(self, name: str, *arguments: Any) -> str:
        """An address on the reader's surface."""
        return reverse(f"{surface_of(self.request)}:{name}", args=arguments)

    @cached_property
    def back_url(self) -> str:
        """The list that this was asked on."""
        htmx = self.request.htmx
        back = self.given.get(BACK) or (htmx.current_url_abs_path if htmx else "") or ""
        if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return back
        return self.at("export_list")

    # -- What the page shows ---------------------------------------------------------------

    def _rows(self) -> list[tuple[str, str, bool]]:
        """The answers to "which rows", each with how many they are."""
        actor, source = self.request.actor, self.source
        everything = QueryDict(source.everything)
        now = self.given.get("which") or self._usual_rows()
        answers = []
        if self.ticked:
            count = amount_of(source, actor, self.query, self.ticked)
            answers.append((ExportForm.TICKED, _("%(n)s ticked"), count))
        if self.query:
            count = amount_of(source, actor, self.query)
            answers.append((ExportForm.SHOWN, _("%(n)s of this list"), count))
        answers.append((ExportForm.ALL, _("All %(n)s"), amount_of(source, actor, everything)))
        return [
            (value, words % {"n": "?" if count is None else count}, value == now)
            for value, words, count in answers
        ]

    def _siblings(self) -> list[tuple[str, Any, bool]]:
        """The sources that the same list gives: orders and their items."""
        family = [
            source
            for source in sources_for(self.request.actor)
            if source.filterset_class is self.source.filterset_class
        ]
        return [(source.name, source.label, source is self.source) for source in family]

    def _chosen(self, form: ExportForm) -> Sequence[str]:
        return still_offered(self.source, self.request.actor, form["columns"].value() or [])

    def _groups(self, chosen: Sequence[str]) -> dict[str, list[Choice]]:
        groups: dict[str, list[Choice]] = {}
        for column in self.source.visible_columns(self.request.actor):
            choice = Choice(column, column.name in chosen)
            groups.setdefault(str(column.group or _("Other")), []).append(choice)
        return groups

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        chosen = self._chosen(context["form"])
        columns = {c.name: c for c in self.source.visible_columns(self.request.actor)}
        return context | {
            "surface": surface_of(self.request),
            "heading": self.heading,
            "about": self.about,
            "source": self.source,
            "siblings": self._siblings(),
            "rows": self._rows(),
            "filters": narrowed_by(self.source, self.request.actor, self.query),
            "query": self.query.urlencode(),
            "ticked": self.ticked,
            "formats": Format.choices,
            "format": context["form"]["format"].value(),
            "groups": self._groups(chosen),
            "chosen": [columns[name] for name in chosen],
            "spare": [column for name, column in columns.items() if name not in chosen],
            "usual": " ".join(self.source.default_columns(self.request.actor)),
            "presets": presets_of(self.request.actor, self.source),
            "preset": self.preset,
            "back_url": self.back_url,
            "in_dialog": bool(self.request.htmx),
            "scheduling": self.scheduling,
            "zone": timezone.get_current_timezone_name(),
        }


class ExportNew(Exporting):
    """The wish becomes an export; its page shows how far it is."""

    success_message = gettext_lazy("Export started.")

    def perform(self, data):
        numbers = self.ticked if data["which"] == ExportForm.TICKED else None
        wanted = self.wanted(data)
        words = [told.value for told in narrowed_by(self.source, wanted["actor"], wanted["query"])]
        if numbers:
            words = [_("%(n)s ticked") % {"n": len(numbers)}]
        title = ", ".join([str(self.source.label), *words])[:TITLE_LENGTH]
        return operations.start_export(**wanted, chosen=numbers, title=title)

    def get_success_url(self) -> str:
        return self.at("export_detail", self.result.number)
