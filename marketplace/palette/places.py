"""What a reader may go to without naming a thing: pages and acts, found by their words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import cancellations.policies
import returns.policies
from cancellations.policies import may_change_settings
from core.actors import Actor, Rank, Role
from core.errors import DomainError
from core.exports.policies import may_export
from marketplace import navigation
from marketplace.navigation import address
from packages.policies import may_send
from sellers.policies import may_manage_sellers

MOST = 6
Rule = Callable[[Actor], DomainError | None]


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is an address inside the surface (`settings_users`), a name of the whole site
    (`:account_change_password`), or a dialog of the frame (`#shortcuts`). `words` are what else
    people call it; `rank` is the least that may go there, `rule` the policy of what is done
    there: it gives a refusal or None."""

    name: str
    label: str | Promise
    icon: str
    words: str | Promise = ""
    query: str = ""
    rank: Rank | None = None
    rule: Rule | None = None

    def is_open_to(self, actor: Actor) -> bool:
        if self.rank is not None and not actor.has_rank(self.rank):
            return False
        return self.rule is None or self.rule(actor) is None

    def address(self, surface: str) -> str | None:
        """None when it is not installed."""
        if self.name.startswith("#"):
            return self.name
        name = self.name[1:] if self.name.startswith(":") else f"{surface}:{self.name}"
        found = address(name)
        return f"{found}?{self.query}" if found and self.query else found

    def answers_to(self, words: list[str]) -> bool:
        """Whether each word begins one of its words; no words mean any place."""
        own = f"{self.label} {self.words}".lower().replace("/", " ").replace("-", " ").split()
        return all(any(mine.startswith(word) for mine in own) for word in words)


def _sends(actor: Actor) -> DomainError | None:
    return may_send(actor, actor.seller_id or 0)


def _answers(actor: Actor) -> DomainError | None:
    """Whoever answers cancellations or returns has something to do there."""
    return cancellations.policies.may_answer_for(
        actor.seller_id, actor
    ) and returns.policies.may_answer_for(actor.seller_id, actor)


NOTIFICATIONS = Place("notification_list", _("Notifications"), "bell", _("news alerts"))
HELP = Place("help_returns", _("Return policy"), "circle-question-mark", _("help rules refunds"))
ACCOUNT = (
    Place(":account_change_password", _("Password"), "key-round", _("account change")),
    Place(":mfa_index", _("Two-step sign-in"), "shield-check", _("account security 2fa")),
)
SETTINGS_OF_ALL = (
    Place("settings_users", _("Users"), "users", _("settings people roles"), rank=Rank.ADMIN),
    Place("settings_tokens", _("Access tokens"), "key-round", _("settings api"), rank=Rank.ADMIN),
    Place(
        "settings_delivery",
        _("Delivery"),
        "truck",
        _("settings shipping carriers options"),
        rank=Rank.ADMIN,
    ),
)
SETTINGS_OF_OWNER = (
    Place("settings_reasons", _("Reasons"), "list", _("settings"), rank=Rank.ADMIN),
    Place(
        "settings_cancellation_policy",
        _("Automatic approval"),
        "zap",
        _("settings cancellations policy"),
        rank=Rank.ADMIN,
    ),
    Place("settings_returns", _("Return policies"), "undo-2", _("settings"), rank=Rank.ADMIN),
    Place(
        "settings_refund_approval",
        _("Refund approval"),
        "banknote",
        _("settings second person"),
        rank=Rank.ADMIN,
    ),
    Place("settings_deadlines", _("Deadlines"), "clock", _("settings holidays"), rank=Rank.ADMIN),
)
SHORTCUTS = Place("#shortcuts", _("Keyboard shortcuts"), "keyboard", _("help keys"))
ACTS_OF_ALL = (
    Place(
        "export_new",
        _("Export orders"),
        "download",
        _("file csv excel xlsx"),
        query="source=orders",
        rule=may_export,
    ),
    Place(
        "export_new",
        _("Export order items"),
        "download",
        _("file csv excel xlsx"),
        query="source=order_items",
        rule=may_export,
    ),
    Place("package_to_pack", _("Start packaging"), "package-open", _("pack orders"), rule=_sends),
    Place(
        "package_tracking",
        _("Upload tracking numbers"),
        "upload",
        _("ship csv carrier"),
        rule=_sends,
    ),
    Place("return_receive", _("Receive a return"), "package-check", _("scan code goods")),
    Place(
        "request_list",
        _("Answer requests"),
        "hourglass",
        _("approve reject cancellations returns"),
        query="tab=waiting",
        rule=_answers,
    ),
)
ACTS_OF_OWNER = (
    Place("settings_seller_new", _("Add a seller"), "store", _("new"), rule=may_manage_sellers),
    Place("settings_reason_new", _("Add a reason"), "list", _("new"), rule=may_change_settings),
)
ACTS = {
    Role.OWNER: (*ACTS_OF_ALL, *ACTS_OF_OWNER, SHORTCUTS),
    Role.SELLER: (*ACTS_OF_ALL, SHORTCUTS),
    Role.CUSTOMER: (SHORTCUTS,),
}
SETTINGS = {
    Role.OWNER: (*SETTINGS_OF_ALL, *SETTINGS_OF_OWNER),
    Role.SELLER: SETTINGS_OF_ALL,
    Role.CUSTOMER: (),
}


def pages_for(actor: Actor, words: list[str]) -> list[tuple[Place, str]]:
    """The pages of this actor's surface that go by these words, each with its address."""
    menu = (
        Place(entry.name, entry.label, entry.icon, rank=entry.rank)
        for entry in navigation.SURFACES[actor.role].entries
    )
    all_of_them = (*menu, *SETTINGS[actor.role], NOTIFICATIONS, HELP, *ACCOUNT)
    return list(_open_to(actor, all_of_them, words))[:MOST]


def acts_for(actor: Actor, words: list[str]) -> list[tuple[Place, str]]:
    """The same of what they may do."""
    return list(_open_to(actor, ACTS[actor.role], words))[:MOST]


def _open_to(actor: Actor, places, words: list[str]) -> Iterator[tuple[Place, str]]:
    seen = set()
    for place in places:
        if not place.is_open_to(actor):
            continue
        found = place.address(navigation.SURFACES[actor.role].namespace)
        if found is not None and found not in seen and place.answers_to(words):
            seen.add(found)
            yield place, found
