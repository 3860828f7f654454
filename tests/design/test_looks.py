"""A page looks as its styles say in each theme and width, however it came to have them."""

import re

import pytest

from tests.design.test_sources import SCRIPTS, named

# menus.js places what somebody opens, at that moment.
ASKS = re.compile(r"matchMedia|innerWidth|clientWidth|offsetWidth|screen\.width|\"resize\"")
PLACES_WHAT_IS_OPENED = {"menus.js"}


@pytest.mark.parametrize("path", named(SCRIPTS))
def test_no_script_asks_for_the_theme_or_the_width(path):
    """Else a page that is turned to another width would not be the page that is loaded in it, which
    `tests.accessibility.turned` takes it for."""
    if path.name in PLACES_WHAT_IS_OPENED:
        return
    assert not ASKS.search(path.read_text())
