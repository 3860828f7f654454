"""What the pages of long lists have beyond `ScopedListView`: a look of their reader's own, a way to
sort, and rows that are asked for again and again at the cost of their query alone."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone

from core import formats
from core.api.keeping import KeptList, kept_list
from core.cells import address_with
from core.kept_counts import told_of_news
from core.keyset import CursorNotValid, Page
from core.lists.looks import Look, look_and_views
from core.lists.saving import VIEW, KeptView, Views, tidied, view_links
from core.web import CURSOR, NOT_FILTERS, SORT, NotNarrowed, ScopedListView

POLL_SECONDS = 20
BESIDE_FILTERS = NOT_FILTERS | {"tab", "search", VIEW}  # shown by themselves, outside the filters


class LookedList(ScopedListView):
    """A list with columns to choose from, rows that are told apart by an ETag, and sorts.

    list_name: its page, under which its look and its views are kept ("order_list")
    sorts: name -> what it is ordered by, each served by an index; the first one is used unless
        the address names another. Without sorts the list has its `keyset`.
    Context: `surface`: the namespace of its addresses, `look`, `etag`, `poll_url`, `look_url`,
        `view_url`: where its views are saved, `sort`, `other_sort_url`, `list_name`,
        `has_filters`: the popover of filters shows something, and `asked`: the list's address
        without its page, as views and acts on all of it keep it.
    """

    request: Any
    list_name = ""
    sorts: Mapping[str, tuple[str, ...]] = {}

    @cached_property
    def look(self) -> Look:
        return self._kept[0]

    @cached_property
    def _kept(self) -> tuple[Look, Sequence[KeptView]]:
        return look_and_views(self.request.actor, self.list_name)

    @cached_property
    def page(self) -> Page:
        """Of all rows, nobody having narrowed them: by a statement that the process keeps."""
        if kept := self.kept_statements(self.keyset):
            cursor = self.request.GET.get(CURSOR, "")
            try:
                return kept.page(self.keyset, self.page_size, cursor, "")
            except CursorNotValid:  # an old link: the first page rather than an error
                return kept.page(self.keyset, self.page_size, "", "")
        return super().page

    def kept_statements(self, ordering: Sequence[str]) -> KeptList | None:
        """Of the list in this order; None where somebody narrowed it."""
        if not isinstance(self.filter, NotNarrowed):
            return None
        actor = self.request.actor
        asked_by = (type(self), actor.role, actor.user_id, actor.seller_id)
        return kept_list(asked_by, ordering, self.page_size, self.get_queryset)

    @property
    def sort(self) -> str:
        asked = self.request.GET.get(SORT, "")
        return asked if asked in self.sorts else next(iter(self.sorts), "")

    @property
    def keyset(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.sorts[self.sort]

    @cached_property
    def etag(self) -> str:
        """Of all that the rows show: when it is the same, so are they. Countdowns move on by
        themselves (assets/js/countdowns.js), so the minute is no part of it; the day is, because
        yesterday's "Today" is "Yesterday"."""
        reader = formats.reader()
        shown = [
            [tuple(row) for row in self.page.rows],
            [self.page.next, self.page.previous],
            [self.look.columns, str(self.look.density)],
            [reader.language, str(reader.zone), timezone.now().astimezone(reader.zone).date()],
        ]
        digest = hashlib.blake2b(orjson.dumps(shown, default=str), digest_size=12)
        return f'"{digest.hexdigest()}"'

    def get(self, request, *args, **kwargs) -> HttpResponse:
        """Not modified (304), without a row written, for who has these rows already."""
        shown = request.headers.get("If-None-Match") if request.htmx else None
        if shown == self.etag:
            return HttpResponseNotModified(headers={"ETag": self.etag})
        if shown:
            told_of_news(request.actor)
        response = super().get(request, *args, **kwargs)
        response["ETag"] = self.etag
        # The script compares, not the browser's cache: a page holds tokens of one time.
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs):
        surface = self.request.resolver_match.namespace
        return super().get_context_data(
            surface=surface,
            look=self.look,
            etag=self.etag,
            poll_seconds=POLL_SECONDS,
            poll_url=self.request.get_full_path(),
            look_url=address_with(f"{surface}:list_look", self.list_name),
            view_url=address_with(f"{surface}:view_save", self.list_name),
            sort=self.sort,
            other_sort_url=self._other_sort_url(),
            has_filters=bool(self.request.GET.keys() - BESIDE_FILTERS),
            list_name=self.list_name,
            asked=tidied(self.request.GET.urlencode()),
            **kwargs,
        )

    def saved_views(self) -> Views:
        """For templates, as `view.saved_views`: the page shows them, its table does not."""
        return Views(view_links(self._kept[1], self.request.GET.urlencode()))

    def _other_sort_url(self) -> str:
        """The address of the list the other way round, from its first page."""
        others = [name for name in self.sorts if name != self.sort]
        if not others:
            return ""
        address = self.request.GET.copy()
        address.pop(CURSOR, None)
        address.pop(SORT, None)
        if others[0] != next(iter(self.sorts)):
            address[SORT] = others[0]
        return f"?{address.urlencode()}"
