"""How a list looks to one person: which columns it shows, and how dense its rows are.

A list says which columns it has (`register`); who never chose sees its own choice. Columns keep the
list's order, so that cells find their heads.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.actors import Actor, Role
from core.errors import InvalidInput
from core.lists.models import ListLook
from core.lists.saving import KeptView, UnknownList
from core.statements import fetched_one

Density = ListLook.Density


@dataclass(frozen=True)
class ListColumn:
    """`always` cannot be hidden; `default` is shown to who never chose; `owner_only` does not exist
    for sellers."""

    name: str
    label: str | Promise
    always: bool = False
    default: bool = True
    owner_only: bool = False


@dataclass(frozen=True)
class Look:
    """The names of the columns that are shown, and the density of the rows."""

    columns: tuple[str, ...]
    density: str = Density.COMFORTABLE

    @property
    def is_dense(self) -> bool:
        return self.density == Density.DENSE


# The name of a list's page -> its columns, in the order in which they stand.
_LISTS: dict[str, tuple[ListColumn, ...]] = {}


def register(list: str, columns: Sequence[ListColumn]) -> None:  # noqa: A002 - the model's word
    """From now on this list has these columns. Called where its page is declared."""
    _LISTS[list] = tuple(columns)


def columns_of(actor: Actor, list: str) -> tuple[ListColumn, ...]:  # noqa: A002
    """The columns that the list has for this actor. Raises UnknownList."""
    if list not in _LISTS:
        raise UnknownList(field="list")
    owns = actor.role is Role.OWNER
    return tuple(column for column in _LISTS[list] if owns or not column.owner_only)


# By hand, and both at once: every look at a list asks them. Always one row.
_KEPT = """
    SELECT look.columns, look.density, views.told
    FROM (
        SELECT json_agg(json_build_array(id, name, query) ORDER BY id) AS told
        FROM lists_savedview
        WHERE user_id = %(user)s AND actor_role = %(role)s
          AND seller_id IS NOT DISTINCT FROM %(seller)s AND list = %(list)s
    ) AS views
    LEFT JOIN lists_listlook look
        ON look.user_id = %(user)s AND look.actor_role = %(role)s
        AND look.seller_id IS NOT DISTINCT FROM %(seller)s AND look.list = %(list)s
"""


def look_of(actor: Actor, list: str) -> Look:  # noqa: A002
    """How this person wants to see the list on this surface (of the seller that they picked).

    A column that is gone since they chose is left out. Raises UnknownList.
    """
    return look_and_views(actor, list)[0]


def look_and_views(actor: Actor, list: str) -> tuple[Look, Sequence[KeptView]]:  # noqa: A002
    """`look_of`, and the views that this person saved of the list, oldest first: one query."""
    columns = columns_of(actor, list)
    whose = {"user": actor.user_id, "role": str(actor.role), "seller": actor.seller_id}
    found = fetched_one(_KEPT, whose | {"list": list}, often=True)
    names, density, told = found or (None, None, None)
    views = [KeptView(*view) for view in told or ()]
    if names is None:
        names, density = [column.name for column in columns if column.default], Look.density
    return Look(_shown(columns, names), density), views


def keep_look(*, actor: Actor, list: str, columns: Collection[str], density: str) -> Look:  # noqa: A002
    """Remember how this person wants to see the list.

    Raises UnknownList, and InvalidInput for a column or a density that does not exist (for them).
    """
    known = columns_of(actor, list)
    names = [column.name for column in known]
    if unknown := sorted(set(columns) - set(names)):
        raise InvalidInput(
            _("There is no column %(name)s.") % {"name": unknown[0]}, field="columns", allowed=names
        )
    if density not in Density.values:
        raise InvalidInput(
            _("There is no such density."), field="density", allowed=sorted(Density.values)
        )
    look = Look(_shown(known, columns), density)
    whose: dict[str, Any] = {"user_id": actor.user_id, "actor_role": actor.role}
    ListLook.objects.update_or_create(
        **whose,
        seller_id=actor.seller_id,
        list=list,
        defaults={"columns": [*look.columns], "density": density},
    )
    return look


def _shown(columns: Sequence[ListColumn], names: Collection[str]) -> tuple[str, ...]:
    """The names in the list's order, with those that cannot be hidden."""
    return tuple(column.name for column in columns if column.always or column.name in names)
