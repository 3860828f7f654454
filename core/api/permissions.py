"""Who may come in. An endpoint that says nothing is closed."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission


class MissingScope(PermissionDenied):
    default_code = "missing_scope"

    def __init__(self, scope: str):
        super().__init__(_("This needs the scope %(scope)s.") % {"scope": scope})
        self.allowed = [scope]


class DenyAll(BasePermission):
    """Fails closed: an endpoint says who may come in, or nobody may."""

    def has_permission(self, request, view) -> bool:
        return False


class HasScope(BasePermission):
    """The view names its scopes: `read_scope = "orders:read"`, `write_scope = "orders:write"`.

    People signed in on pages hold what their rank may give a token. A method for which the view
    names no scope is closed.
    """

    def has_permission(self, request, view) -> bool:
        if not request.user.is_authenticated:
            return False
        if not hasattr(view, request.method.lower()):
            raise MethodNotAllowed(request.method)
        scope = scope_of(view, request.method)
        if scope is None or request.actor is None:
            return False
        if not request.actor.has_scope(scope):
            raise MissingScope(scope)
        return True


def scope_of(view, method: str) -> str | None:
    """The scope that `method` needs on this view; None where it has none."""
    name = "read_scope" if method in SAFE_METHODS else "write_scope"
    return getattr(view, name, None)
