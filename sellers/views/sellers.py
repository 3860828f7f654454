"""The owner's list of sellers, and the form for one of them."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.accounts.views import AdminOnly
from core.web import OperationFormView, ScopedListView
from sellers import operations
from sellers.filters import SellerFilter
from sellers.forms import SellerForm
from sellers.models import Seller


class SellerList(AdminOnly, ScopedListView):
    model = Seller
    filterset_class = SellerFilter
    keyset = ("name", "id")
    template_name = "sellers/seller_list.html"
    context_object_name = "sellers"

    def get_context_data(self, **kwargs):
        return super().get_context_data(search=self.request.GET.get("search", ""), **kwargs)


class SellerCreate(AdminOnly, OperationFormView):
    form_class = SellerForm
    template_name = "sellers/seller_form.html"

    def perform(self, data):
        return operations.create_seller(**data, actor=self.request.actor)

    def get_success_url(self) -> str:
        """To the people of the new seller: without one, nobody may enter its Seller Center."""
        return self.address("settings_seller_users", self.result.code)

    def get_success_message(self) -> str:
        return _("%(seller)s was added. Invite somebody who works there.") % {"seller": self.result}


class SellerEdit(AdminOnly, OperationFormView):
    form_class = SellerForm
    template_name = "sellers/seller_form.html"

    @cached_property
    def seller(self) -> Seller:
        return self.scoped(Seller, code=self.kwargs["code"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.seller}

    def perform(self, data):
        # The form has put what was typed on its own copy; the operation reads the row again.
        return operations.change_seller(self.seller, **data, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_sellers")

    def get_success_message(self) -> str:
        return _("%(seller)s was saved.") % {"seller": self.result}

    def get_context_data(self, **kwargs):
        return super().get_context_data(seller=self.seller, **kwargs)
