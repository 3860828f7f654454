"""The front door: where somebody who names no surface is sent."""

from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.accounts.actors import memberships_of
from core.actors import Role

STARTS = {
    Role.OWNER: "/owner/orders/",
    Role.SELLER: "/seller/orders/",
    Role.CUSTOMER: "/my/orders/",
}


@never_cache
@require_safe
def home(request):
    """To the orders of the weightiest surface this person may enter. Somebody who works for
    several sellers is asked there which one."""
    role = next(role for role in STARTS if memberships_of(request.user, role))
    return redirect(STARTS[role])
