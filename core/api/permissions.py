from rest_framework.permissions import BasePermission


class DenyAll(BasePermission):
    """Fails closed: an endpoint says who may come in, or nobody may."""

    def has_permission(self, request, view) -> bool:
        return False
