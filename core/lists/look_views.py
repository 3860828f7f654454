"""Choosing the columns of a list, and how dense its rows are."""

from typing import Any

from django import forms
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from core.lists.looks import Density, Look, columns_of, keep_look, look_of
from core.lists.saving import UnknownList
from core.web import OperationFormView

BACK = "back"


class LookForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple, required=False
    )
    density = forms.ChoiceField(
        label=_("Rows"), choices=Density.choices, widget=forms.RadioSelect, required=True
    )

    def __init__(self, *args, columns, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(column.name, column.label) for column in columns if not column.always]
        field: Any = self.fields["columns"]
        field.choices = offered


class ListLookChoice(OperationFormView):
    """A dialog over the list where scripts run, else a page of its own."""

    request: Any
    form_class = LookForm
    template_name = "lists/look.html"
    partial = "dialog"
    success_message = _("Columns and rows saved.")

    @cached_property
    def columns(self):
        try:
            return columns_of(self.request.actor, self.kwargs["list"])
        except UnknownList as refusal:
            raise Http404(str(refusal)) from refusal

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"columns": self.columns}

    def get_initial(self):
        look = look_of(self.request.actor, self.kwargs["list"])
        return {"columns": look.columns, "density": look.density}

    def perform(self, data: dict) -> Look:
        return keep_look(
            actor=self.request.actor,
            list=self.kwargs["list"],
            columns=data["columns"],
            density=data["density"],
        )

    @cached_property
    def back_url(self) -> str:
        """The list as it was, with its filters; else its beginning."""
        request = self.request
        back = request.POST.get(BACK) or request.GET.get(BACK, "")
        if request.htmx and request.method == "GET":
            back = request.htmx.current_url_abs_path or back
        if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return back
        try:
            return reverse(f"{request.resolver_match.namespace}:{self.kwargs['list']}")
        except NoReverseMatch as unknown:
            raise Http404 from unknown

    def get_success_url(self) -> str:
        return self.back_url

    def get_context_data(self, **kwargs):
        fixed = [column.label for column in self.columns if column.always]
        return super().get_context_data(fixed=fixed, back_url=self.back_url, **kwargs)
