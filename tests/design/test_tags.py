"""The cheap parts: what they write, and that they never let markup through."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django import forms
from django.template import Context, Template, engines
from django.utils import timezone, translation
from django_cotton.compiler_regex import CottonCompiler

from cancellations.models import CancellationItem
from core.badges import LOOKS, Look, look_of
from core.icons import draw
from core.jobs.models import Job
from orders.models import Case, OrderItem
from packages.models import Package
from refunds.models import RefundAttempt, RefundPlan

EVIL = "\"><script>alert('x')</script>"


class lazystr:  # noqa: N801  as Django calls its own
    """A translation that changes with the language."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def rendered(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    "statuses",
    [
        OrderItem.Status,
        Package.Status,
        Case.Status,
        CancellationItem.Status,
        RefundPlan.Status,
        RefundAttempt.Status,
        Job.Status,
    ],
    ids=lambda statuses: statuses.__qualname__,
)
def test_every_status_of_the_product_has_a_look(statuses):
    assert set(statuses.values) <= set(LOOKS)


@pytest.mark.parametrize("statuses", [OrderItem.Status, Package.Status, Case.Status])
def test_a_badge_says_what_the_model_says(statuses):
    assert {value: str(LOOKS[value].label) for value in statuses.values} == {
        value: str(label) for value, label in statuses.choices
    }


@pytest.mark.parametrize("status", LOOKS)
def test_a_badge_is_never_colour_alone(status):
    badge = rendered("{% badge status %}", status=status)
    look = look_of(status)
    assert f"tone-{look.tone}" in badge
    assert "<svg" in badge
    assert str(look.label) in badge


def test_a_status_nobody_described_stays_readable():
    assert "Never heard of" in rendered("{% badge 'never_heard_of' %}")


def test_a_badge_does_not_keep_the_first_readers_language():
    words = lazystr("Versandt")
    with patch.dict(LOOKS, {"tested": Look("info", "truck", words)}):
        with translation.override("de"):
            assert "Versandt" in rendered("{% badge 'tested' %}")
        words.text = "Shipped"
        with translation.override("en"):
            assert "Shipped" in rendered("{% badge 'tested' %}")


def test_icons_are_drawn_once():
    assert draw("truck", 16) is draw("truck", 16)


def test_money_has_a_figure_and_a_small_code():
    assert rendered("{{ amount|money:'EUR' }}", amount=-2267) == (
        '<span class="money">−22.67<i>EUR</i></span>'
    )


@pytest.mark.parametrize("source", ["{{ x|money:'EUR' }}", "{{ x|when }}", "{% countdown x %}"])
@pytest.mark.parametrize("context", [{}, {"x": None}])
def test_what_is_not_known_is_a_dash_with_words(source, context):
    assert 'aria-hidden="true">–</span><span class="sr-only">' in rendered(source, **context)


@pytest.mark.parametrize(
    ("left", "tone"),
    [
        (timedelta(days=3), "cd-calm"),
        (timedelta(hours=23), "cd-soon"),
        (timedelta(hours=3), "cd-late"),
        (-timedelta(hours=3), "cd-late"),
    ],
)
def test_a_countdown_grows_urgent(left, tone):
    assert tone in rendered("{% countdown due %}", due=timezone.now() + left)


@pytest.mark.parametrize(
    "source",
    [
        "{% badge 'shipped' label=evil %}",
        "{% badge evil %}",
        "{% avatar evil %}",
        "{% thumb evil evil %}",
        "{% sum_line evil 1 'EUR' note=evil %}",
        "{% missing evil %}",
        '<c-button data-x="{{ evil }}" :title="evil">{{ evil }}</c-button>',
        '<c-card :title="evil" :id="evil">{{ evil }}</c-card>',
        '<c-dialog id="d" :title="evil" text="{{ evil }}">{{ evil }}</c-dialog>',
        '<c-chip :label="evil" :value="evil" :remove="evil" />',
        '<c-copy :value="evil" :label="evil" />',
        '<c-item-row :name="evil" :seller="evil" :locked="evil" />',
        '<c-empty :title="evil">{{ evil }}</c-empty>',
        '<c-alert :title="evil" :data-x="evil">{{ evil }}</c-alert>',
        '<c-quantity :label="evil" :name="evil" :value="evil" />',
        '<c-timeline-entry :title="evil" :by="evil">{{ evil }}</c-timeline-entry>',
    ],
)
def test_nothing_lets_markup_through(source):
    html = engines["django"].from_string(_compiled(source)).render({"evil": EVIL})
    assert "<script>" not in html
    assert "script" in html or source.startswith(("{% avatar", "{% thumb"))


def _compiled(source: str) -> str:
    return CottonCompiler().process(source)


class Address(forms.Form):
    street = forms.CharField(help_text="Without the number")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_a_field_is_tied_to_its_label_hint_and_error():
    form = Address({})
    source = _compiled('<c-field :of="form.street" data-x="1" /><c-field :of="form.kind" />')
    html = engines["django"].from_string(source).render({"form": form})
    assert '<label class="label" for="id_street">' in html
    assert 'aria-describedby="id_street_hint id_street_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_street_error"' in html
    assert 'data-x="1"' in html
    assert '<fieldset class=""><legend class="label">Kind</legend>' in html
    assert html.count('class="radio"') == 2
