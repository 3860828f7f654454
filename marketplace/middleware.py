"""Who acts, in which language and zone: decided once per request, before the view."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from core.accounts.actors import Membership, actor_of, all_memberships_of, best_actor, the_one
from core.actors import Role

SURFACES = {"my": Role.CUSTOMER, "seller": Role.SELLER, "owner": Role.OWNER}
PICKED_SELLER = "seller_id"  # in the session
CHOOSE_SELLER = "seller:choose"


def surface_of(path: str) -> Role | None:
    """The first part of the address names the surface; other pages belong to none."""
    return SURFACES.get(path.split("/", 2)[1])


class ActorMiddleware:
    """Sets `request.actor` and `request.membership` (both None for somebody not signed in).

    The surface chooses the role. Without a membership for it the page does not exist: 404. With
    several sellers the person picks one, which the session keeps. Endpoints set their actor
    themselves, from the token (`core.accounts.authentication`).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = request.membership = None
        request.memberships = None
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated or request.path.startswith("/api/"):
            return None
        picked = request.session.get(PICKED_SELLER)
        role = surface_of(request.path)
        if role is None:
            request.actor = best_actor(request.user, seller_id=picked)
            return None
        if role is Role.SELLER and request.resolver_match.view_name == CHOOSE_SELLER:
            return None
        request.memberships = all_memberships_of(request.user)  # menus ask for the other roles
        found = [membership for membership in request.memberships if membership.role is role]
        request.membership = self._membership(found, picked)
        if request.membership is None:
            return self._choose_or_refuse(request, role, found)
        request.actor = actor_of(request.user, request.membership)
        return None

    def _membership(self, found: list[Membership], picked: int | None) -> Membership | None:
        """The picked seller's; when that one has ended, the only one left."""
        return the_one(found, picked) or the_one(found)

    def _choose_or_refuse(self, request, role: Role, found: list[Membership]):
        if role is Role.SELLER and found:
            back = {"next": request.get_full_path()} if request.method == "GET" else {}
            return HttpResponseRedirect(f"{reverse(CHOOSE_SELLER)}?{urlencode(back)}".rstrip("?"))
        raise Http404


class ReaderMiddleware:
    """Language: the user's own, else what the browser asks for (LocaleMiddleware has set it).
    Time zone: the user's own, else the seller's, else DEFAULT_TIME_ZONE."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        timezone.activate(ZoneInfo(settings.DEFAULT_TIME_ZONE))
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated:
            return
        if user.language and translation.check_for_language(user.language):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        sellers = request.membership.time_zone if request.membership else ""
        if zone := self._zone(user.time_zone) or self._zone(sellers):
            timezone.activate(zone)

    def _zone(self, name: str) -> ZoneInfo | None:
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError):
            return None
