"""The scopes of access tokens: what each is for, who may hold it, and from which rank on."""

from django.utils.translation import gettext_lazy as _

from core.accounts.scopes import declare_scope
from core.actors import Rank, Role

EVERYBODY = (Role.CUSTOMER, Role.SELLER, Role.OWNER)
MEMBERS = (Role.SELLER, Role.OWNER)


def declare_scopes() -> None:
    """Ranks follow product.md §8: reading from Employee, answering from Manager, settings Admin."""
    declare_scope("orders:read", _("Read orders"), roles=EVERYBODY)
    declare_scope("orders:write", _("Send orders in"), roles=[Role.OWNER], rank=Rank.MANAGER)
    declare_scope("cancellations:read", _("Read cancellations"), roles=EVERYBODY)
    declare_scope(
        "cancellations:write",
        _("Ask for and answer cancellations"),
        roles=EVERYBODY,
        rank=Rank.MANAGER,
    )
    declare_scope("returns:read", _("Read returns and what was given with them"), roles=EVERYBODY)
    # Whoever packs also receives; answering a return asks for a Manager besides.
    declare_scope("returns:write", _("Ask for, answer and receive returns"), roles=EVERYBODY)
    declare_scope("refunds:read", _("Read refund plans"), roles=EVERYBODY)
    declare_scope(
        "refunds:write",
        _("Say how refunds ended that are paid outside"),
        roles=[Role.OWNER],
        rank=Rank.MANAGER,
    )
    declare_scope("packages:read", _("Read packages"), roles=EVERYBODY)
    declare_scope("packages:write", _("Pack and ship"), roles=MEMBERS)
    declare_scope(
        "packages:carrier",
        _("Tell what a carrier tells about packages"),
        roles=MEMBERS,
        rank=Rank.MANAGER,
    )
    # Lists as files hold what rows show and more: from Manager on (product.md §8).
    declare_scope("exports:read", _("Read and download exports"), roles=MEMBERS, rank=Rank.MANAGER)
    declare_scope("exports:write", _("Make exports"), roles=MEMBERS, rank=Rank.MANAGER)
    declare_scope("settings:read", _("Read settings"), roles=MEMBERS, rank=Rank.ADMIN)
