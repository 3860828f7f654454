"""What the roof does about events of the kernel: people who were let in are told so."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from core.accounts.models import MemberRank, StaffMember
from core.events import on
from core.notifications.operations import mail
from sellers.models import SellerMember


@on("staff_member.added")
def invite_staff_member(event) -> None:
    member = StaffMember.objects.select_related("user").get(pk=event.subject_id)
    _invite(member, settings.SITE_NAME, f"invitation:staff:{member.pk}")


@on("seller_member.added")
def invite_seller_member(event) -> None:
    member = SellerMember.objects.select_related("user", "seller").get(pk=event.subject_id)
    _invite(member, member.seller.name, f"invitation:seller:{member.pk}")


def _invite(member: StaffMember | SellerMember, house: str, dedupe_key: str) -> None:
    mail(
        to=member.user.email,
        template="invitation",
        context={
            "house": house,
            "rank": MemberRank(member.rank).label,
            "url": f"{settings.BASE_URL}{reverse('account_request_login_code')}",
            "email": member.user.email,
        },
        language=member.user.language or get_language() or settings.LANGUAGE_CODE,
        dedupe_key=dedupe_key,
        seller_id=getattr(member, "seller_id", None),
    )
