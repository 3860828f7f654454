"""The shapes most pages have: a list of what the reader may see, one thing, a form that is one act.

Rules are in operations; a page shows their refusal where it belongs and loses nothing typed.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView, TemplateView
from django_htmx.http import HttpResponseClientRedirect

from core.accounts.idempotency import Answer, once, principal_of
from core.errors import DomainError, NotAllowed, Problems
from core.kept_counts import acted
from core.keyset import CursorNotValid, Page, page_of

FORM_KEY = "form_key"
CURSOR = "cursor"
SORT = "sort"
NOT_FILTERS = frozenset({CURSOR, SORT})  # what an address says beside its filters


class PartialTemplate:
    """htmx gets only the part of the page that it names: the template's partial `partial`."""

    partial = "table"

    def get_template_names(self) -> list[str]:
        name = self.template_name
        htmx = self.request.htmx
        whole = not htmx or htmx.boosted or htmx.history_restore_request
        return [name if whole else f"{name}#{self.partial}"]

    def render_to_response(self, context, **response_kwargs):
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response


class NotNarrowed:
    """The filters of a list that nobody narrowed: all rows. Building the real ones takes longer
    than reading the rows, so they are made when somebody asks for their form."""

    is_bound = False

    def __init__(self, filterset_class: Any, rows: Callable[[], Any], request: HttpRequest):
        self._filterset_class, self._rows, self._request = filterset_class, rows, request

    @cached_property
    def qs(self) -> Any:
        return self._rows()

    @cached_property
    def form(self) -> forms.Form:
        return self._filterset_class(None, queryset=self.qs, request=self._request).form

    def is_valid(self) -> bool:
        return False


class ScopedListView(PartialTemplate, TemplateView):
    """A filtered list, paged by key both ways. Names:

    model, filterset_class (None: no filters), keyset, page_size
    context_object_name: what the template calls the rows
    Context: the rows, `page` (core.keyset.Page), `filter`, `next_url`, `previous_url`.
    """

    model: Any = None
    filterset_class: Any = None
    keyset: tuple[str, ...] = ("-id",)
    page_size = 25
    context_object_name = "rows"

    def get_queryset(self):
        """What the reader may see; override to add details, never to widen."""
        return self.model.objects.visible_to(self.request.actor)

    @cached_property
    def filter(self):
        if self.filterset_class is None:
            return None
        asked = self.request.GET
        if not asked.keys() - NOT_FILTERS:
            return NotNarrowed(self.filterset_class, self.get_queryset, self.request)
        return self.filterset_class(asked, queryset=self.get_queryset(), request=self.request)

    def filtered(self):
        """The rows that the filters leave. A filter that is not valid leaves all, and says so."""
        return self.filter.qs if self.filter else self.get_queryset()

    @cached_property
    def page(self) -> Page:
        cursor = self.request.GET.get(CURSOR, "")
        try:
            return page_of(self.filtered(), self.keyset, self.page_size, cursor)
        except CursorNotValid:  # an old link: the first page rather than an error
            return page_of(self.filtered(), self.keyset, self.page_size)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{
                self.context_object_name: self.page.rows,
                "page": self.page,
                "filter": self.filter,
                "next_url": self._url(self.page.next),
                "previous_url": self._url(self.page.previous),
            },
            **kwargs,
        )

    def _url(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        asked = self.request.GET.copy()
        asked[CURSOR] = cursor
        return f"?{asked.urlencode()}"


class ScopedDetailView(PartialTemplate, DetailView):
    """One thing the reader may see, found by its number; anything else is 404."""

    model: Any = None
    slug_field = slug_url_kwarg = "number"

    def get_queryset(self):
        return self.model.objects.visible_to(self.request.actor)


class KeyedForm:
    """Makes sure that two clicks are one act: a hidden one-time key goes out with the form, and
    the act runs under it (`core.accounts.idempotency`). The second click waits for the first one
    and lands on the same result. Other content under the same key is another act."""

    request: HttpRequest

    @cached_property
    def form_key(self) -> str:
        """The key of this form: the one it came back with, or a new one."""
        return self.request.POST.get(FORM_KEY, "")[:64] or new_form_key()

    def act_once(self, act: Callable[[], tuple[str, str]]) -> HttpResponse:
        """Run `act() -> (message, address to go to)`, once per key and content; then go there
        with that message. Raises DomainError."""
        content = hashlib.sha256(self.request.path.encode())
        for name, values in sorted(self.request.POST.lists()):
            if name != "csrfmiddlewaretoken":
                content.update(repr((name, values)).encode())
        digest = content.hexdigest()

        def run() -> Answer:
            message, address = act()
            return Answer(302, body=message, headers={"Location": address})

        answer = once(
            principal=principal_of(self.request.actor),
            key=f"form:{self.form_key}:{digest}",
            request_hash=digest,
            act=run,
            wait=True,
        )
        acted(self.request.actor)
        if answer.body:
            messages.success(self.request, answer.body)
        return go_to(self.request, answer.headers["Location"])


class OperationFormView(KeyedForm, PartialTemplate, FormView):
    """A form whose submission is one operation; a rule's refusal is an error of the form.

    Write `perform(data)`, which calls the operation; what it returns is `self.result` in
    `get_success_url` and `get_success_message`. The template includes `{{ form_key_input }}`
    inside its form.
    """

    partial = "form"
    success_message: Any = ""
    result: Any = None

    def scoped(self, model, **lookup):
        """The row of this reader, or 404."""
        return get_object_or_404(model.objects.visible_to(self.request.actor), **lookup)

    def perform(self, data: dict) -> Any:
        raise NotImplementedError

    def get_success_message(self) -> str:
        """In the past tense: "Cancellation requested." May speak of `self.result`."""
        return str(self.success_message)

    def form_valid(self, form):
        def act() -> tuple[str, str]:
            self.result = self.perform(form.cleaned_data)
            return self.get_success_message(), str(self.get_success_url())

        try:
            return self.act_once(act)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)

    def form_invalid(self, form):
        """The page again, keeping what was typed; 422, so that scripts can tell."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form_key=self.form_key, form_key_input=form_key_input(self.form_key), **kwargs
        )


class OperationView(KeyedForm, TemplateView):
    """A button that is one operation, without fields: POST only. A refusal is said as a message
    on the page that the reader comes back to."""

    http_method_names = ["post"]
    success_message: Any = ""
    result: Any = None

    def scoped(self, model, **lookup):
        return get_object_or_404(model.objects.visible_to(self.request.actor), **lookup)

    def perform(self) -> Any:
        raise NotImplementedError

    def get_success_url(self) -> str:
        raise NotImplementedError

    def get_success_message(self) -> str:
        return str(self.success_message)

    def post(self, request, *args, **kwargs):
        def act() -> tuple[str, str]:
            self.result = self.perform()
            return self.get_success_message(), self.get_success_url()

        try:
            return self.act_once(act)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal))
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return go_to(request, self.get_success_url())


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that htmx makes the browser follow, instead of swapping the page into a part."""
    if request.htmx and not request.htmx.boosted:
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def show_refusal(form: forms.Form, refusal: DomainError) -> None:
    """Put a refusal on the field that it names, where the form has that one, else on the form."""
    for one in refusal.problems if isinstance(refusal, Problems) else [refusal]:
        field = (one.field or "").split("/")[0]
        form.add_error(field if field in form.fields else None, str(one))


def new_form_key() -> str:
    return secrets.token_urlsafe(16)


def form_key_input(key: str = "") -> str:
    """The hidden input with a one-time key; every form that posts an act holds one."""
    widget = forms.HiddenInput()
    return widget.render(FORM_KEY, key or new_form_key())
