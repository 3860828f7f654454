"""The palette's answers: lines for the dialog, or a page of its own where no script runs."""

import re
from itertools import chain

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from django.views.generic import TemplateView

from core.actors import Actor, Role
from core.web import PartialTemplate
from marketplace import navigation
from marketplace.palette import places
from marketplace.palette.finding import Finds, Found, search_line, things_found

LONGEST = 120  # characters, as for every search
NUMBER = re.compile(r"[0-9@]")


# Asked again at each opening: what is unchanged is answered with 304, without a body.
@method_decorator(cache_control(private=True, no_cache=True), name="dispatch")
@method_decorator(conditional_page, name="dispatch")
class Palette(PartialTemplate, TemplateView):
    """What goes by the words `q`: pages and acts of this surface, and things the reader may see."""

    template_name = "palette/search.html"
    partial = "options"

    def get_context_data(self, **kwargs):
        actor = self.request.actor
        words = " ".join(self.request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
        groups = [group for group in _groups(actor, words) if group.lines]
        count = sum(len(group.lines) for group in groups)
        console = actor.role is not Role.CUSTOMER
        return super().get_context_data(
            words=words,
            groups=groups,
            count=count,
            said=_said(count),
            onward=search_line(actor, words) if words else None,
            layout="layouts/console.html" if console else "layouts/storefront.html",
            surface=navigation.SURFACES[actor.role],
            **kwargs,
        )


def _groups(actor: Actor, words: str) -> list[Finds]:
    """What looks like a number or an address means a thing first, anything else a page first."""
    asked = words.lower().split()
    going = [
        Finds(_("Go to"), _lines(places.pages_for(actor, asked))),
        Finds(_("Do"), _lines(places.acts_for(actor, asked))),
    ]
    things = list(things_found(actor, words))
    return list(chain(things, going) if NUMBER.search(words) else chain(going, things))


def _lines(found: list[tuple[places.Place, str]]) -> list[Found]:
    return [Found(url=url, label=place.label, icon=place.icon) for place, url in found]


def _said(count: int) -> str:
    """What a screen reader says of the answer."""
    if not count:
        return _("Nothing found.")
    return ngettext("%(n)s found.", "%(n)s found.", count) % {"n": count}
