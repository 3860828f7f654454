"""Parts written by hand, because rows hold many of them: they say what the usual ones do."""

import pytest
from django.template import engines
from django.urls import reverse
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from core.templatetags.pages import _kept


def drawn(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize("number", ["FH-1", "a b", "100%", "x&y", "ü<1>", "a:b@c~d"])
def test_the_address_of_a_row_is_what_django_finds(number):
    tag = '{% number_url "seller:order_detail" number %}'
    usual = '{% url "seller:order_detail" number %}'

    assert drawn(tag, number=number) == drawn(usual, number=number)
    address = drawn(
        "{% number_url name number as at %}{{ at }}", name="my:order_detail", number="1"
    )
    assert address == reverse("my:order_detail", args=["1"])


def test_the_box_of_a_row_is_the_component_with_its_number():
    component = CottonCompiler().process(
        '<c-select-box label="Select {{ number }}" name="order" value="{{ number }}" />'
    )
    box = '{% select_box "order" number %}'

    assert drawn(box, number="FH-1") == drawn(component, number="FH-1").strip()
    assert "<b>" not in drawn(box, number='"><b>')


def test_what_is_kept_follows_what_it_depends_on():
    part = '{% kept "layouts/_toast_shapes.html" of %}'

    def newly_kept(of: str) -> int:
        before = len(_kept)
        assert "data-toast" in drawn(part, of=of)
        return len(_kept) - before

    assert newly_kept("one reader") == 1
    assert newly_kept("another") == 1
    assert newly_kept("one reader") == 0
    with translation.override("de"):
        assert newly_kept("one reader") == 1
