"""Which seller somebody works for at this moment, when there are several."""

from django import forms
from django.http import Http404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from core.accounts.actors import memberships_of
from core.actors import Role

START = "/seller/orders/"


class ChooseSellerForm(forms.Form):
    seller = forms.TypedChoiceField(label=_("Seller"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args, memberships, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seller"].choices = [(found.seller_id, found.name) for found in memberships]


class ChooseSeller(FormView):
    """Kept in the session until another one is picked. Nobody's seller: 404."""

    form_class = ChooseSellerForm
    template_name = "sellers/choose.html"

    def dispatch(self, request, *args, **kwargs):
        self.memberships = memberships_of(request.user, Role.SELLER)
        if not self.memberships:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"memberships": self.memberships}

    def get_initial(self):
        return {"seller": self.request.session.get("seller_id")}

    def form_valid(self, form):
        self.request.session["seller_id"] = form.cleaned_data["seller"]
        return super().form_valid(form)

    def get_success_url(self) -> str:
        """Back to where they came from, if that is a page of ours."""
        back = self.request.GET.get("next", "")
        hosts = {self.request.get_host()}
        return back if url_has_allowed_host_and_scheme(back, allowed_hosts=hosts) else START

    def get_context_data(self, **kwargs):
        return super().get_context_data(memberships=self.memberships, **kwargs)
