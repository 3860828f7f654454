"""The start page of each surface."""

from django.utils import timezone
from django.views.generic import RedirectView, TemplateView

from marketplace.dashboards import queues


class Dashboard(TemplateView):
    """Queues with what is due, the newest requests, each a link to the list that holds them."""

    template_name = "dashboards/dashboard.html"

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        requests = queues.request_queues(actor)
        return super().get_context_data(
            today=timezone.localdate(),
            queues=[*queues.order_queues(actor), *requests],
            next_due_at=requests[0].due_at,
            latest=queues.latest_requests(actor),
            refunds_in_trouble=queues.refunds_in_trouble(actor),
            **kwargs,
        )


class OwnerDashboard(Dashboard):
    extra_context = {"surface": "owner", "order_page": "owner:order_detail"}


class SellerDashboard(Dashboard):
    extra_context = {"surface": "seller", "order_page": "seller:order_detail"}


class MyStart(RedirectView):
    """A customer starts with their orders."""

    pattern_name = "my:order_list"
