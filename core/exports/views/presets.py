"""Keeping columns under a name, while a wish stands on the page."""

from typing import Any

from django.utils.translation import gettext_lazy
from django_htmx.http import trigger_client_event

from core.errors import DomainError
from core.exports import operations
from core.exports.forms import ExportForm, PresetForm
from core.exports.models import ExportPreset
from core.exports.views.asking import Exporting
from core.web import show_refusal


class PresetAct(Exporting):
    """Something done with presets while a wish stands on the page: it stays there as it was."""

    http_method_names = ["post"]
    done: Any = ""

    def post(self, request, *args, **kwargs):
        if "pk" in self.kwargs:
            self.named = self.scoped(ExportPreset, pk=self.kwargs["pk"])
        return super().post(request, *args, **kwargs)

    def act(self, data: dict) -> ExportPreset | None:
        raise NotImplementedError

    def form_valid(self, form):
        try:
            self.preset = self.act(form.cleaned_data)
        except DomainError as refusal:
            refusal.field = "preset_name" if refusal.field == "name" else refusal.field
            show_refusal(form, refusal)
            return self.form_invalid(form)
        # The fields of the wish, whatever the form of this act was.
        wish = ExportForm(self.request.POST, source=self.source, actor=self.request.actor)
        response = self.render_to_response(self.get_context_data(form=wish))
        toast = {"text": str(self.done), "tone": "success"}
        return trigger_client_event(response, "toast", toast)


class PresetKeep(PresetAct):
    form_class = PresetForm
    done = gettext_lazy("Columns kept.")

    def act(self, data):
        return operations.keep_preset(
            actor=self.request.actor,
            source=self.source.name,
            name=data["preset_name"],
            columns=data["columns"],
            format=data["format"],
        )


class PresetRename(PresetAct):
    form_class = PresetForm
    done = gettext_lazy("Preset renamed.")

    def act(self, data):
        operations.rename_preset(self.named, name=data["preset_name"], actor=self.request.actor)
        return self.named


class PresetDelete(PresetAct):
    done = gettext_lazy("Preset deleted.")

    def act(self, data):
        operations.delete_preset(self.named, actor=self.request.actor)
