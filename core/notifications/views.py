"""The bell's page on every surface, and in demo mode the mail that would have been sent."""

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.actors import SYSTEM, Role
from core.notifications import operations
from core.notifications.models import Mail, Notification
from core.notifications.wording import write_line
from core.web import OperationView, ScopedListView

LISTED = 50


def surface_of(request: HttpRequest) -> str:
    """The namespace of the addresses of the reader's surface: my, seller or owner."""
    assert request.resolver_match is not None
    return request.resolver_match.namespace


class NotificationList(ScopedListView):
    """What is under the reader's bell on this surface, newest first."""

    model = Notification
    template_name = "notifications/notification_list.html"

    def get_context_data(self, **kwargs):
        surface = surface_of(self.request)
        lines = [
            (
                line,
                write_line(line.template, line.data),
                reverse(f"{surface}:notification", args=[line.pk]),
            )
            for line in self.page.rows
        ]
        console = self.request.actor.role is not Role.CUSTOMER
        return super().get_context_data(
            lines=lines,
            layout="layouts/console.html" if console else "layouts/storefront.html",
            read_url=reverse(f"{surface}:notifications_read"),
            new=operations.unread_count(self.request.actor),
            **kwargs,
        )


class OpenNotification(View):
    """Read one and go where it leads."""

    http_method_names = ["get"]

    def get(self, request, pk):
        line = get_object_or_404(Notification.objects.visible_to(request.actor), pk=pk)
        operations.mark_read(actor=request.actor, ids=[line.pk])
        inside = url_has_allowed_host_and_scheme(line.url, allowed_hosts=None)
        return HttpResponseRedirect(line.url if inside else reverse("home"))


class MarkRead(OperationView):
    """All of them."""

    def perform(self):
        return operations.mark_read(actor=self.request.actor)

    def get_success_url(self) -> str:
        return reverse(f"{surface_of(self.request)}:notification_list")

    def get_success_message(self) -> str:
        return _("All notifications are read.")


class DemoOnly:
    """Outside demo mode there is no such page."""

    def dispatch(self, request, *args, **kwargs):
        if not settings.DEMO_MODE:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def mails(self):
        return Mail.objects.visible_to(SYSTEM)


@method_decorator(login_not_required, name="dispatch")
class DemoMailList(DemoOnly, TemplateView):
    """Everybody's mail, so that codes and notices can be read without a mail server."""

    template_name = "notifications/demo_mail.html"

    def get_context_data(self, **kwargs):
        mails = self.mails().newest()
        to = self.request.GET.get("to", "").strip()
        if to:
            mails = mails.filter(to__icontains=to)
        return super().get_context_data(mails=mails[:LISTED], to=to, listed=LISTED, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class DemoMail(DemoOnly, TemplateView):
    template_name = "notifications/demo_mail_detail.html"

    def get_context_data(self, **kwargs):
        mail = get_object_or_404(self.mails(), pk=self.kwargs["pk"])
        return super().get_context_data(mail=mail, **kwargs)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(
    csp_replace({"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "sandbox": []}),
    name="dispatch",
)
class DemoMailHtml(DemoOnly, View):
    """The mail as a mail program shows it: its own styles, no scripts, no network."""

    def get(self, request, pk):
        mail = get_object_or_404(self.mails().exclude(html=""), pk=pk)
        return HttpResponse(mail.html)
