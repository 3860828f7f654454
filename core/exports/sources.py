"""What can be exported: an app declares a source (`<app>/exports.py`), its columns and joins.

    register(
        Source(
            name="orders",
            role=Role.SELLER,
            label=_("Orders"),
            model=SellerOrder,
            listed=listed_orders,                 # what the page lists for this address
            currency_sql="sold.currency",
            currency_needs=("sold",),
            joins=(Join("sold", "JOIN orders_order sold ON sold.id = row.order_id"),),
            columns=(
                Column("number", _("Order number"), "sold.number", needs=("sold",)),
                Column("total", _("Total"), "row.total", Kind.MONEY),
            ),
        )
    )

Expressions and joins are SQL of ours, never of a reader: who exports chooses names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, Role
from core.errors import InvalidInput, Problems

SORT = "sort"


class Kind(StrEnum):
    """How a value is written (`core.exports.statements`)."""

    TEXT = "text"  # guarded against formulas
    NUMBER = "number"  # stays a number
    MONEY = "money"  # minor units in SQL; written as decimal in the digits of its currency
    DATE = "date"  # ISO
    MOMENT = "moment"  # ISO, in the reader's zone


class SourceNotFound(InvalidInput):
    code = "source_not_found"
    message = _("There is no such list to export.")


class ColumnsNotValid(InvalidInput):
    code = "columns_not_valid"


class FiltersNotValid(Problems):
    """The list's filters do not accept this address; `problems` name each parameter."""

    code = "filters_not_valid"


@dataclass(frozen=True)
class Join:
    """`sql` is one JOIN (LEFT JOIN, LEFT JOIN LATERAL … ON true) that leaves each row once. It is
    in the statement only when a chosen column, or another such join, `needs` it.

    What most rows have nothing of is gathered for all of them at once, not looked for row by row:
    `WHERE item_id IN (SELECT id FROM frozen)`, where `frozen` holds the ids of the rows."""

    name: str
    sql: str | Promise
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """`sql` is an expression over `row` (the exported table) and over the joins that it `needs`.

    kind:    what the expression yields; a NUMBER or MONEY is a number in SQL already, a DATE a
             date, a MOMENT a timestamptz
    default: chosen unless the reader chooses
    roles:   who may have it; None: everybody who has the source
    group:   the heading that it stands under where columns are chosen
    words:   what the codes that a TEXT expression yields are called, in the reader's language
    """

    name: str
    label: str | Promise
    sql: str
    kind: Kind = Kind.TEXT
    needs: tuple[str, ...] = ()
    default: bool = True
    roles: frozenset[Role] | None = None
    words: Mapping[str, str | Promise] | None = None
    group: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One list as a file, for one role: the same name may stand for another table with another
    role (`orders` are orders to the owner, seller orders to a seller).

    listed:       the rows that the list shows this actor at this address, scoped by `visible_to`,
                  narrowed by the page's own FilterSet and in the list's order. Raises
                  FiltersNotValid (`narrowed` does).
    currency_sql: the currency that MONEY columns are in
    numbered:     the lookup from a row to the number that ticked rows go by
    filterset_class: the page's filters, to say in words what an address narrows by
    everything:   the address under which the list shows all that there is
    """

    name: str
    role: Role
    label: str | Promise
    model: type[Model]
    listed: Callable[[Actor, QueryDict], QuerySet]
    columns: tuple[Column, ...]
    joins: tuple[Join, ...] = ()
    currency_sql: str = ""
    currency_needs: tuple[str, ...] = ()
    numbered: str = "number"
    filterset_class: Any = None
    everything: str = ""

    def __post_init__(self) -> None:
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError(f"Two columns of {self.name!r} have one name.")
        known = {join.name for join in self.joins}
        needed = {name for column in self.columns for name in column.needs}
        needed |= {name for join in self.joins for name in join.needs}
        if unknown := (needed | set(self.currency_needs)) - known:
            raise ValueError(f"{self.name!r} has no joins {sorted(unknown)}.")
        if not self.currency_sql and any(column.kind is Kind.MONEY for column in self.columns):
            raise ValueError(f"{self.name!r} has money, but does not say in which currency.")

    def rows(self, actor: Actor, query: QueryDict, chosen: Sequence[str] | None = None) -> QuerySet:
        """What goes into the file, in the list's order: all that the list shows, or those of the
        ticked ones (by number) that the actor may see. Raises FiltersNotValid."""
        if chosen is None:
            return self.listed(actor, query)
        # Who ticked a row wants it, also when it has left the filters since.
        everything = QueryDict(self.everything, mutable=True)
        if SORT in query:
            everything.setlist(SORT, query.getlist(SORT)[-1:])
        return self.listed(actor, everything).filter(**{f"{self.numbered}__in": list(chosen)})

    def visible_columns(self, actor: Actor) -> tuple[Column, ...]:
        """The columns that exist for this actor, in the order they are offered in."""
        return tuple(
            column for column in self.columns if column.roles is None or actor.role in column.roles
        )

    def default_columns(self, actor: Actor) -> list[str]:
        return [column.name for column in self.visible_columns(actor) if column.default]

    def chosen_columns(self, actor: Actor, names: Sequence[str]) -> list[Column]:
        """The columns with these names, in this order. Raises ColumnsNotValid."""
        visible = {column.name: column for column in self.visible_columns(actor)}
        if not names:
            raise ColumnsNotValid(
                str(_("Choose at least one column.")), field="columns", allowed=list(visible)
            )
        for name in names:
            if name not in visible:
                words = _("There is no column “%(name)s”.") % {"name": name}
                raise ColumnsNotValid(str(words), field="columns", allowed=list(visible))
        if len(set(names)) != len(names):
            raise ColumnsNotValid(
                str(_("Each column can be chosen once.")), field="columns", allowed=list(visible)
            )
        return [visible[name] for name in names]


SOURCES: dict[tuple[str, Role], Source] = {}


def register(source: Source) -> Source:
    """Offer a list for export; once per name and role, whoever imports the module again."""
    SOURCES[source.name, source.role] = source
    return source


def lend(name: str, role: Role, *, columns: tuple[Column, ...], joins: tuple[Join, ...] = ()):
    """Columns that one app adds to the source of an app below it: packages know the tracking
    number of an order's items, orders know nothing of packages. Once, whoever asks again."""
    source = SOURCES[name, role]
    known = {column.name for column in source.columns}
    if not known.issuperset(column.name for column in columns):
        register(
            replace(source, columns=(*source.columns, *columns), joins=(*source.joins, *joins))
        )


def source_for(actor: Actor, name: str) -> Source:
    """Raises SourceNotFound, also where another role has a source of this name."""
    source = SOURCES.get((name, actor.role))
    if source is None:
        raise SourceNotFound(field="source", allowed=[source.name for source in sources_for(actor)])
    return source


def sources_for(actor: Actor) -> list[Source]:
    """All that this actor can export, in the order of registration."""
    return [source for (_name, role), source in SOURCES.items() if role == actor.role]


def narrowed(filterset_class: Any, rows: QuerySet, query: QueryDict, request: Any = None):
    """The rows that the page's filters leave at this address. Raises FiltersNotValid."""
    asked = filterset_class(query or None, queryset=rows, request=request)
    if asked.is_bound and not asked.is_valid():
        raise FiltersNotValid(
            [
                InvalidInput(str(words), field=name)
                for name, found in asked.errors.items()
                for words in found
            ]
        )
    return asked.qs
