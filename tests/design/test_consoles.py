"""The console of pages that Django writes, and of those that Jinja2 writes whole, is one."""

import re

import pytest
from django.urls import reverse

from tests.factories import make_member, make_seller
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def around(client, name: str) -> str:
    """A page without what is its own, in a form in which white space and quotes do not count."""
    page = client.get(reverse(name)).content.decode()
    for own in (
        r"<title>.*?</title>",
        r"<main.*</main>",
        r"(?<=text-ink-mute min-w-0\">).*?(?=</ol>)",  # the breadcrumb
        r' aria-current="page"',
        r'(?<= nonce=")[^"]*',
        r'(?<=name="csrfmiddlewaretoken" value=")[^"]*',
        r'(?<=name="next" value=")[^"]*',
        r'(?<="X-CSRFToken": ")[^"]*',
    ):
        assert re.search(own, page, re.DOTALL) or "aria-current" in own, own
        page = re.sub(own, "", page, flags=re.DOTALL)
    page = re.sub(r'\s+(?=[">])', "", re.sub(r"\s+", " ", page))
    return re.sub(r"> (?=<)", ">\n", page.replace("><", "> <"))


@pytest.mark.parametrize("name", ["order_list", "package_list"])
def test_both_kinds_of_pages_have_the_same_console(client, name):
    signed_in(client, make_member(make_seller()))

    assert around(client, f"seller:{name}") == around(client, "seller:package_to_pack")
