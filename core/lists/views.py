"""Saving a list as a view, and what is done with views afterwards."""

from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lists import saving
from core.lists.models import SavedView
from core.web import OperationFormView, OperationView


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=saving.LONGEST_NAME)
    query = forms.CharField(required=False, widget=forms.HiddenInput)


class OfAView:
    """The view that the address names, of this reader; and the way back to its list."""

    request: Any
    kwargs: dict[str, Any]
    result: Any

    @property
    def view(self) -> SavedView:
        found = SavedView.objects.visible_to(self.request.actor).filter(pk=self.kwargs["pk"])
        view = found.first()
        if view is None:
            raise Http404
        return view

    def list_url(self, name: str, query: str = "") -> str:
        surface = self.request.resolver_match.namespace
        return f"{reverse(f'{surface}:{name}')}?{query}"


class NameView(OfAView, OperationFormView):
    """The field for a name: in the list's own dialog, and here where that was refused."""

    form_class = NameForm
    template_name = "lists/view_form.html"
    list_name = ""

    def get_success_url(self) -> str:
        [link] = saving.view_links([self.result], "")
        return self.list_url(self.result.list, link.href.lstrip("?"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(back_url=self.list_url(self.list_name), **kwargs)


class ViewSave(NameView):
    success_message = _("View saved.")

    def dispatch(self, request, *args, **kwargs):
        if kwargs["list"] not in saving.LISTS:
            raise Http404
        self.list_name = kwargs["list"]
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"query": self.request.GET.get("query", "")}

    def perform(self, data: dict) -> SavedView:
        return saving.save_view(
            actor=self.request.actor,
            list=self.list_name,
            name=data["name"],
            query=data["query"],
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(heading=_("Save view"), yes=_("Save view"), **kwargs)


class ViewRename(NameView):
    success_message = _("View renamed.")

    def dispatch(self, request, *args, **kwargs):
        self.list_name = self.view.list
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"name": self.view.name}

    def perform(self, data: dict) -> SavedView:
        return saving.rename_view(self.view, actor=self.request.actor, name=data["name"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(heading=_("Rename view"), yes=_("Rename view"), **kwargs)


class ViewUpdate(OfAView, OperationView):
    """*Save changes to view*: it becomes what its list is now."""

    success_message = _("View saved.")

    def perform(self) -> SavedView:
        query = self.request.POST.get("query", "")
        return saving.change_view(self.view, actor=self.request.actor, query=query)

    def get_success_url(self) -> str:
        view = self.view
        [link] = saving.view_links([view], "")
        return self.list_url(view.list, link.href.lstrip("?"))


class ViewDelete(OfAView, OperationView):
    success_message = _("View deleted.")

    def perform(self) -> str:
        view = self.view
        saving.delete_view(view, actor=self.request.actor)
        return view.list

    def get_success_url(self) -> str:
        return self.list_url(self.result)
