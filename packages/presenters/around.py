"""What stands around the table of a Packages list. `order` is "due", "oldest" or "newest" first."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def caption_of(order: str) -> str:
    """What the table is to who does not see it."""
    if order == "due":
        return _("Packages, earliest deadline first")
    return _("Packages, oldest first") if order == "oldest" else _("Packages, newest first")


def summary_of(rows: int, order: str) -> str:
    """What stands under the list: how many rows, in which order."""
    if order == "due":
        words = ngettext(
            "%(n)s package, earliest deadline first",
            "%(n)s packages, earliest deadline first",
            rows,
        )
    elif order == "oldest":
        words = ngettext("%(n)s package, oldest first", "%(n)s packages, oldest first", rows)
    else:
        words = ngettext("%(n)s package, newest first", "%(n)s packages, newest first", rows)
    return words % {"n": rows}
