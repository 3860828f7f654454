"""Settings pages for people and tokens. Admin only; every act is one operation."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.accounts import operations
from core.accounts.forms import InviteForm, RankForm, TokenForm
from core.accounts.models import ApiToken, MemberRank, StaffMember
from core.actors import Rank
from core.errors import InvalidInput
from core.web import OperationFormView, OperationView, new_form_key


class AdminOnly:
    """Settings are for Admins (product.md §8): others are told so, 403."""

    def dispatch(self, request, *args, **kwargs):
        if request.actor is None or not request.actor.has_rank(Rank.ADMIN):
            raise PermissionDenied(_("Settings are for Admins."))
        return super().dispatch(request, *args, **kwargs)

    @property
    def surface(self) -> str:
        """ "owner" or "seller": the namespace of this page's neighbours."""
        return self.request.resolver_match.namespace

    def address(self, name: str, *args) -> str:
        return reverse(f"{self.surface}:{name}", args=args)


class SettingsStart(AdminOnly, View):
    """The first of the settings pages."""

    def get(self, request):
        return redirect(self.address("settings_users"))


class MembersPage(AdminOnly, OperationFormView):
    """The people of one house, and the form that lets another one in.

    Subclasses say whose they are: `members()`, `perform(data)`, the names of the addresses.
    """

    form_class = InviteForm
    template_name = "accounts/members.html"
    rank_address = "settings_user_rank"
    end_address = "settings_user_end"

    def members(self):
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            members=self.members().valid().select_related("user").order_by("user__email"),
            ranks=MemberRank.choices,
            rank_url_name=f"{self.surface}:{self.rank_address}",
            end_url_name=f"{self.surface}:{self.end_address}",
            **kwargs,
        )

    def get_success_url(self) -> str:
        return self.request.path

    def get_success_message(self) -> str:
        return _("%(email)s was invited.") % {"email": self.result.user.email}


class StaffPage(MembersPage):
    def members(self):
        return StaffMember.objects.visible_to(self.request.actor)

    def perform(self, data):
        return operations.add_staff_member(**data, actor=self.request.actor)


class StaffRank(AdminOnly, OperationView):
    success_message = gettext_lazy("Role changed.")

    def perform(self):
        member = self.scoped(StaffMember, pk=self.kwargs["pk"])
        rank = chosen_rank(self.request)
        operations.change_staff_rank(member, rank=rank, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_users")


class StaffEnd(AdminOnly, OperationView):
    success_message = gettext_lazy("Access ended.")

    def perform(self):
        member = self.scoped(StaffMember, pk=self.kwargs["pk"])
        operations.end_staff_membership(member, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_users")


def chosen_rank(request) -> str:
    """The rank that was posted. Raises InvalidInput."""
    form = RankForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_("Choose one of these roles."), allowed=MemberRank.values)
    return form.cleaned_data["rank"]


class TokensPage(AdminOnly, OperationFormView):
    """The tokens of this side, and the form for a new one. The secret is in the answer to the
    form and nowhere else: not in the session, not in the kept answer of a second click."""

    form_class = TokenForm
    template_name = "accounts/tokens.html"
    success_message = gettext_lazy("Token created. Its secret was shown once.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"actor": self.request.actor}

    def perform(self, data):
        return operations.create_token(**data, actor=self.request.actor)

    def form_valid(self, form):
        response = super().form_valid(form)
        if self.result is None:  # refused, or the second click on the same form
            return response
        token, secret = self.result
        self.form_key = new_form_key()
        fresh = self.get_form_class()(actor=self.request.actor)
        context = self.get_context_data(form=fresh, created=token, secret=secret)
        response = self.render_to_response(context)
        response["Cache-Control"] = "no-store"
        return response

    def get_success_url(self) -> str:
        return self.request.path

    def get_context_data(self, **kwargs):
        tokens = ApiToken.objects.visible_to(self.request.actor).select_related("user")
        return super().get_context_data(tokens=tokens.order_by("-created_at"), **kwargs)


class TokenRevoke(AdminOnly, OperationView):
    success_message = gettext_lazy("Token revoked. Programs that used it are refused from now on.")

    def perform(self):
        token = self.scoped(ApiToken, pk=self.kwargs["pk"])
        operations.revoke_token(token, actor=self.request.actor)

    def get_success_url(self) -> str:
        return self.address("settings_tokens")
