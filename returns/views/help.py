"""How returns work, for each kind of reader, with the figures of the policies in force."""

from django.views.generic import TemplateView

from orders.models import Reason
from returns.policies import MOST_FILES
from returns.presenters.terms import policies_in_force, time_words, usual_currency


class HelpReturns(TemplateView):
    """When a return may be asked for, how it is handled, how money goes back."""

    template_name = "returns/help.html"

    def get_context_data(self, **kwargs):
        actor, surface = self.request.actor, self.request.resolver_match.namespace
        reasons = Reason.objects.filter(active=True)
        return super().get_context_data(
            surface=surface,
            layout="layouts/storefront.html" if surface == "my" else "layouts/console.html",
            policies=policies_in_force(actor, usual_currency(actor)),
            times=time_words(),
            most_files=MOST_FILES,
            reasons=reasons.filter(kind=Reason.Kind.RETURN, for_customer=True).order_by(
                "sort_order", "pk"
            ),
            rejections=reasons.filter(kind=Reason.Kind.REJECTION).order_by("sort_order", "pk"),
            **kwargs,
        )
