"""Saved views: a list's address under a name, for one person on one surface."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import DomainError, InvalidInput, NotAllowed
from core.lists.models import SavedView

# The pages that are kept as views: "order_list" of a seller is `seller:order_list`.
LISTS = frozenset(
    {"order_list", "package_list", "package_preparing", "package_shipped", "package_to_pack"}
)
MOST = 40  # views of one list: what a menu can still be read with
LONGEST_NAME, LONGEST_QUERY = 60, 2000
VIEW = "view"  # the parameter that says which view an address began as
NOT_OF_A_VIEW = (VIEW, "cursor")  # a view begins at its first page


TOO_MANY = _("These are many views already. Delete one first.")
NAMELESS = _("Give the view a name.")
TOO_LONG = _("These are too many filters for a view.")


class NameTaken(DomainError):
    code = "name_taken"
    status = 409
    message = _("You have a view of this name already. Choose another one.")


class UnknownList(InvalidInput):
    code = "unknown_list"
    message = _("There is no such list.")


class KeptView(NamedTuple):
    """What a menu needs of a saved view."""

    pk: int
    name: str
    query: str


@dataclass(frozen=True)
class ViewLink:
    """One entry of the menu. `current`: the reader came from this view; `changed`: and has filtered
    on, so that the list is no longer what was saved."""

    pk: int
    name: str
    href: str
    current: bool
    changed: bool


@dataclass(frozen=True)
class Views:
    """The menu of a list's views; `current` is the one that is shown, if any."""

    links: Sequence[ViewLink]

    @property
    def current(self) -> ViewLink | None:
        return next((link for link in self.links if link.current), None)


def views_of(actor: Actor, list: str):  # noqa: A002 - what the model calls it
    """The reader's own views of this list, oldest first."""
    return SavedView.objects.visible_to(actor).filter(list=list).order_by("pk")


def view_links(views: Iterable[SavedView | KeptView], query: str) -> list[ViewLink]:
    """The views as addresses of their list. The one that `query` names is current, else the one
    whose filters are just these."""
    views, now = list(views), tidied(query)
    named = dict(parse_qsl(query)).get(VIEW, "")
    current = next((view.pk for view in views if str(view.pk) == named), None)
    if current is None and now:
        current = next((view.pk for view in views if view.query == now), None)
    return [
        ViewLink(
            view.pk,
            view.name,
            href=f"?{_marked(view)}",
            current=view.pk == current,
            changed=view.pk == current and view.query != now,
        )
        for view in views
    ]


def _marked(view: SavedView | KeptView) -> str:
    """The address of a view, which names it: after another filter it is still known which view a
    change can be saved to."""
    return urlencode([*parse_qsl(view.query), (VIEW, view.pk)])


def tidied(query: str) -> str:
    """An address's filters in one order, without the page, the view and what was left empty."""
    pairs = parse_qsl(query.lstrip("?"))
    return urlencode(sorted(pair for pair in pairs if pair[0] not in NOT_OF_A_VIEW))


@transaction.atomic
def save_view(*, actor: Actor, list: str, name: str, query: str) -> SavedView:  # noqa: A002
    """Keep the list's address under a name. Raises UnknownList, NameTaken, InvalidInput for a name
    that is empty or too long, a query that is too long or too many views, and NotAllowed where no
    person acts."""
    if list not in LISTS:
        raise UnknownList(field="list", allowed=sorted(LISTS))
    if actor.user_id is None:
        raise NotAllowed  # views are of people
    name, query = _named(name), _asked(query)
    if views_of(actor, list).count() >= MOST:
        raise InvalidInput(str(TOO_MANY), field="name")
    view = SavedView(
        user_id=actor.user_id,
        actor_role=actor.role,
        seller_id=actor.seller_id,
        list=list,
        name=name,
        query=query,
    )
    return _kept(view)


@transaction.atomic
def rename_view(view: SavedView, *, actor: Actor, name: str) -> SavedView:
    """Raises InvalidInput and NameTaken, as `save_view` does."""
    view = _own(view, actor)
    view.name = _named(name)
    return _kept(view)


@transaction.atomic
def change_view(view: SavedView, *, actor: Actor, query: str) -> SavedView:
    """Let the view be what its list is now. Raises InvalidInput."""
    view = _own(view, actor)
    view.query = _asked(query)
    return _kept(view)


@transaction.atomic
def delete_view(view: SavedView, *, actor: Actor) -> None:
    _own(view, actor).delete()


def _own(view: SavedView, actor: Actor) -> SavedView:
    """The actor's row, locked; SavedView.DoesNotExist where it is another person's."""
    return SavedView.objects.visible_to(actor).select_for_update().get(pk=view.pk)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(str(NAMELESS), field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            _("A name has at most %(n)s characters.") % {"n": LONGEST_NAME}, field="name"
        )
    return name


def _asked(query: str) -> str:
    query = tidied(query)
    if len(query) > LONGEST_QUERY:
        raise InvalidInput(str(TOO_LONG), field="query")
    return query


def _kept(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise NameTaken(field="name") from error
    return view
