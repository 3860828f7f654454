"""Who calls an endpoint: a token (programs) or a session (our own pages)."""

from dataclasses import replace

from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed

from core.accounts.actors import best_actor
from core.accounts.operations import TokenNotValid, authenticate_token
from core.accounts.scopes import scopes_for
from core.actors import Via


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer mkt_…`. Sets `request.actor`; a wrong token is 401, never a guess."""

    def authenticate(self, request):
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            user, token, actor = authenticate_token(secret.strip())
        except TokenNotValid as refusal:
            raise AuthenticationFailed(str(refusal), code=refusal.code)
        # On Django's request, so that middleware, logs and templates see it as well.
        request._request.actor = actor
        return user, token

    def authenticate_header(self, request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """Somebody signed in on our pages, with CSRF enforced. They act in their weightiest role, as
    the seller they picked, with the scopes that their rank may hold; who needs another role calls
    with a token."""

    def authenticate(self, request):
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        picked = request._request.session.get("seller_id")
        actor = best_actor(user, seller_id=picked, via=Via.API)
        if actor is None:
            raise AuthenticationFailed(_("This account may not act here."), code="no_membership")
        scopes = frozenset(scope.code for scope in scopes_for(actor.role, actor.rank))
        request._request.actor = replace(actor, scopes=scopes)
        return found
