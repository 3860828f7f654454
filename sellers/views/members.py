"""The people of a seller: for the seller's own Admins, and for the marketplace's."""

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.accounts.views import AdminOnly, MembersPage, chosen_rank
from core.web import OperationView
from sellers import operations
from sellers.models import Seller, SellerMember


class OfSeller:
    """The seller meant: the owner's pages name one by its code, a seller's own are about theirs."""

    @cached_property
    def seller(self) -> Seller:
        sellers = Seller.objects.visible_to(self.request.actor)
        if "code" in self.kwargs:
            return get_object_or_404(sellers, code=self.kwargs["code"])
        return sellers.get(pk=self.request.actor.seller_id)

    def people_url(self) -> str:
        if "code" in self.kwargs:
            return self.address("settings_seller_users", self.seller.code)
        return self.address("settings_users")


class MembersOfSeller(OfSeller, MembersPage):
    def members(self):
        members = SellerMember.objects.visible_to(self.request.actor)
        return members.filter(seller=self.seller)

    def perform(self, data):
        return operations.add_member(self.seller, **data, actor=self.request.actor)

    def get_context_data(self, **kwargs):
        return super().get_context_data(seller=self.seller, **kwargs)


class MembersForOwner(MembersOfSeller):
    rank_address = "settings_seller_user_rank"
    end_address = "settings_seller_user_end"


class MemberAct(AdminOnly, OfSeller, OperationView):
    def member(self) -> SellerMember:
        return self.scoped(SellerMember, pk=self.kwargs["pk"], seller=self.seller)

    def get_success_url(self) -> str:
        return self.people_url()


class MemberRank(MemberAct):
    success_message = _("Role changed.")

    def perform(self):
        member = self.member()
        rank = chosen_rank(self.request)
        operations.change_member_rank(member, rank=rank, actor=self.request.actor)


class MemberEnd(MemberAct):
    success_message = _("Access ended.")

    def perform(self):
        operations.end_member(self.member(), actor=self.request.actor)
