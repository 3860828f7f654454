"""Pages of a list by cursor, and how to ask for what is new since last time."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import django_filters
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from core.api.keeping import kept_list
from core.errors import InvalidInput
from core.keyset import Page, note_of, page_of

LARGEST_PAGE = 200
LATE_COMMITS = timedelta(seconds=60)


class SinceFilter(django_filters.FilterSet):
    """For lists of rows with `updated_at`: what changed at or after a moment.

    LASTING: the filters whose statement depends on their value alone (`core.api.keeping`).
    """

    LASTING: frozenset[str] = frozenset({"updated_since"})

    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte", label=gettext_lazy("Updated since")
    )


class NewestFirst(BasePagination):
    """The view's `keyset` orders; with `updated_since` it is oldest change first, so that a
    reader who stops half-way has missed nothing.

    `next_updated_since` is what to ask next time: a minute before the *first* page was asked, so
    that late commits and changes during the walk are seen. Repeats are normal.
    """

    def paginate_queryset(self, queryset, request, view=None):
        ordering, size, cursor = self._begin(request, view)
        self.page = page_of(queryset, ordering, size, cursor, note=self.since)
        return self.page.rows

    def paginate_kept(self, asked_by, build, request, view) -> list | None:
        """The same by a statement that is kept for `asked_by`; None where none can be."""
        ordering, size, cursor = self._begin(request, view)
        kept = kept_list(asked_by, ordering, size, build)
        if kept is None:
            return None
        self.page = kept.page(ordering, size, cursor, note=self.since)
        return self.page.rows

    def paginate_whole(self, find, request, view) -> list | None:
        """`find(size)` gives all rows there are, or None where they do not fit into one page."""
        _ordering, size, _cursor = self._begin(request, view)
        rows = find(size)
        if rows is not None:
            self.page = Page(rows, None, None)
        return rows

    def _begin(self, request, view) -> tuple[tuple[str, ...], int, str]:
        """The ordering, the size and the cursor that are asked for."""
        self.request = request
        size = self._size(request, view)
        cursor = request.query_params.get("cursor", "")
        self.since = note_of(cursor) if cursor else _moment(timezone.now() - LATE_COMMITS)
        changed = request.query_params.get("updated_since")
        return view.update_keyset if changed else view.keyset, size, cursor

    def _size(self, request, view) -> int:
        asked = request.query_params.get("page_size", "")
        if not asked:
            return min(getattr(view, "page_size", None) or 50, LARGEST_PAGE)
        if not asked.isdecimal() or not 1 <= int(asked) <= LARGEST_PAGE:
            raise InvalidInput(
                _("page_size is a number from 1 to %(largest)s.") % {"largest": LARGEST_PAGE},
                field="page_size",
            )
        return int(asked)

    def get_paginated_response(self, data) -> Response:
        return Response(
            {
                "next": self._link(self.page.next),
                "previous": self._link(self.page.previous),
                "next_updated_since": self.since,
                "results": data,
            }
        )

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        asked = {**dict(self.request.query_params.lists()), "cursor": cursor}
        request = self.request
        site = f"{request.scheme}://{request.get_host()}"
        return f"{site}{escape_uri_path(request.path)}?{urlencode(asked, doseq=True)}"

    def get_paginated_response_schema(self, schema) -> dict:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "next_updated_since", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "next_updated_since": {"type": "string", "format": "date-time"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From `next` or `previous` of the answer before.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
            },
        ]


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
