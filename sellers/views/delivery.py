"""Ways of delivery: the owner says which there are, each seller which of them they use."""

from typing import Any

from django.db.models import Prefetch
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.accounts.views import AdminOnly
from core.web import OperationFormView
from sellers import operations
from sellers.forms import CompanyForm, DeliveryChoiceForm, OptionForm
from sellers.models import DeliveryOption, Seller, ShippingCompany


class DeliveryList(AdminOnly, TemplateView):
    """The owner's shipping companies with their options."""

    template_name = "sellers/delivery.html"

    def get_context_data(self, **kwargs):
        companies = ShippingCompany.objects.visible_to(self.request.actor)
        by_priority = Prefetch("options", queryset=DeliveryOption.objects.ranked())
        return super().get_context_data(
            companies=companies.prefetch_related(by_priority).order_by("name", "pk"), **kwargs
        )


class DeliveryForm(AdminOnly, OperationFormView):
    """Adds a row, or changes the one in the address."""

    template_name = "sellers/delivery_form.html"
    model: Any = None

    @cached_property
    def row(self) -> Any:
        return self.scoped(self.model, pk=self.kwargs["pk"]) if "pk" in self.kwargs else None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.row}

    def get_success_url(self) -> str:
        return self.address("settings_delivery")

    def get_success_message(self) -> str:
        return _("%(what)s was saved.") % {"what": self.result}

    def get_context_data(self, **kwargs):
        return super().get_context_data(row=self.row, kind=self.model._meta.model_name, **kwargs)


class CompanyPage(DeliveryForm):
    model = ShippingCompany
    form_class = CompanyForm

    def perform(self, data):
        return operations.save_company(self.row, **data, actor=self.request.actor)


class OptionPage(DeliveryForm):
    model = DeliveryOption
    form_class = OptionForm

    def perform(self, data):
        return operations.save_option(self.row, **data, actor=self.request.actor)


class DeliveryChoice(AdminOnly, OperationFormView):
    """A seller's own page: which of the offered ways they use, the usual one, and the one
    for returned goods."""

    form_class = DeliveryChoiceForm
    template_name = "sellers/delivery_choice.html"
    success_message = gettext_lazy("Delivery settings saved.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.offered = DeliveryOption.objects.offered().select_related("company").ranked()

    def seller(self) -> Seller:
        return Seller.objects.visible_to(self.request.actor).get(pk=self.request.actor.seller_id)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"offered": self.offered}

    def get_initial(self):
        chosen = self.seller().delivery_options.filter(active=True, option__in=self.offered)
        return {
            "options": [choice.option_id for choice in chosen],
            "default": next((one.option_id for one in chosen if one.is_default), None),
            "easy_return": next((one.option_id for one in chosen if one.is_easy_return), None),
        }

    def perform(self, data):
        operations.choose_delivery(
            seller=self.seller(),
            options=list(data["options"]),
            default=data["default"],
            easy_return=data["easy_return"],
            actor=self.request.actor,
        )

    def get_success_url(self) -> str:
        return self.request.path

    def get_context_data(self, **kwargs):
        context = super().get_context_data(offered=list(self.offered), **kwargs)
        chosen = {int(pk) for pk in context["form"]["options"].value() or () if str(pk).isdecimal()}
        return context | {"chosen": chosen, "uses_all": not chosen}
