"""What all acts on a return share: which return, whose items and files, and the answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema

from core.actors import Actor
from core.api.views import ActEndpoint, require_match
from core.errors import DomainError, InvalidInput, NotAllowed, Problems
from core.evidence.models import StoredFile
from core.evidence.operations import UnknownFile, given_files
from orders.models import Case
from returns.actions import allowed_actions
from returns.reading import WholeReturn, return_now, whole_returns
from returns.serializers.shapes import ReturnShape


class ReturnAct(ActEndpoint):
    """POST: one operation on one return, which is answered as it is then. Writes
    `act(shown, data)`."""

    model = Case
    write_scope = "returns:write"
    serializer_class = ReturnShape

    @extend_schema(responses={201: ReturnShape})
    def post(self, request, **kwargs):
        return super().post(request, **kwargs)

    def act(self, shown: WholeReturn, data: dict) -> Any:
        raise NotImplementedError

    def perform(self, data: dict, **url) -> WholeReturn:
        actor = self.request.actor
        shown = WholeReturn(get_object_or_404(whole_returns(actor), number=url["number"]))
        require_match(self.request, shown)
        try:
            self.act(shown, data)
        except DomainError as refusal:
            if not refusal.allowed and refusal.status != 400:  # what was sent is at fault
                refusal.allowed = allowed_actions(return_now(shown.pk, actor), actor)
            raise
        return return_now(shown.pk, actor)

    def location_of(self, result: WholeReturn) -> str:
        return reverse("api:return_detail", args=[result.number])


def refuse_first(*refusals: DomainError | None) -> None:
    """Why this actor may not at all is said before what is wrong with the content."""
    for refusal in refusals:
        if isinstance(refusal, NotAllowed):
            raise refusal


def entries_named(shown: WholeReturn, places: Mapping[str, str]) -> dict[str, int]:
    """{number: id of the entry} of the return; `places` are {place in the input: number}. Raises
    Problems where a number is none of them."""
    entries = {entry.item.number: entry.pk for entry in shown.entries}
    refuse_unknown(entries, places, _("There is no such item in this return."))
    return entries


def items_named(shown: WholeReturn, data: dict) -> list[int] | None:
    """The ids of the items that `data` names; None where it names none: all that wait."""
    if "items" not in data:
        return None
    items = {entry.item.number: entry.item_id for entry in shown.entries}
    places = {f"items/{position}": number for position, number in enumerate(data["items"])}
    refuse_unknown(items, places, _("There is no such item in this return."))
    return [items[number] for number in data["items"]]


def refuse_unknown(known: Mapping[str, int], places: Mapping[str, str], words: str) -> None:
    """Raises Problems, one for each place whose number is not `known`."""
    unknown: list[DomainError] = [
        InvalidInput(words, field=field, code="unknown_item", allowed=list(known))
        for field, number in places.items()
        if number not in known
    ]
    if unknown:
        raise Problems(unknown)


def files_named(rows: Iterable[Mapping[str, Any]], actor: Actor, field: str) -> list[list]:
    """The files that each of these rows names in `files`; `field` is where the rows stand. Raises
    Problems: each file is the actor's own, given before, and held by nothing yet."""
    found: list[list[StoredFile]] = []
    problems: list[DomainError] = []
    for position, row in enumerate(rows):
        keys = row.get("files", ())
        try:
            found.append(given_files(keys, given_by=actor, field=f"{field}/{position}/files"))
        except UnknownFile as unknown:
            problems.append(unknown)
    if problems:
        raise Problems(problems)
    return found


def files_of(data: Mapping[str, Any], actor: Actor) -> Sequence[StoredFile]:
    """The files that `data` itself names. Raises Problems."""
    try:
        return given_files(data.get("files", ()), given_by=actor)
    except UnknownFile as unknown:
        raise Problems([unknown])
