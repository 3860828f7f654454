"""Tags for form controls and for the attributes of components (a builtin library)."""

from html import escape

from django import template
from django.forms import BoundField, widgets
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString

from core import cells

register = template.Library()


@register.simple_tag
def attributes(attrs) -> SafeString:
    """A component's remaining attributes, escaped (Cotton's own `{{ attrs }}` is not).

    True makes a bare attribute; False and None leave it out.
    """
    kept = {} if not attrs else attrs.attrs_dict()
    bare = [(name,) for name, value in kept.items() if value is True]
    full = [
        (name, conditional_escape(value))
        for name, value in kept.items()
        if value is not True and value is not False and value is not None
    ]
    return format_html_join("", " {}", bare) + format_html_join("", ' {}="{}"', full)


def _control_class(widget: widgets.Widget) -> str:
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    if isinstance(widget, widgets.RadioSelect):
        return "radio"
    return "input"


@register.filter
def control_kind(field: BoundField) -> str:
    """Which frame a form field's control needs: check, options, select, secret, hidden, plain."""
    widget = field.field.widget
    kinds = (
        (widgets.HiddenInput, "hidden"),
        (widgets.CheckboxInput, "check"),
        (widgets.CheckboxSelectMultiple, "options"),
        (widgets.RadioSelect, "options"),
        (widgets.SelectMultiple, "plain"),
        (widgets.Select, "select"),
        (widgets.PasswordInput, "secret"),
    )
    return next((kind for cls, kind in kinds if isinstance(widget, cls)), "plain")


@register.filter
def hint_of(field: BoundField, given: str) -> str:
    """The hint under a field: the given one, else the form's; "none" leaves it out."""
    return "" if given == "none" else str(given or field.help_text)


@register.simple_tag
def control(field: BoundField, hint: str = "", extra=None, bare: bool = False) -> SafeString:
    """The input of a form field with our look, tied to its hint and its error.

    extra: a component's remaining attributes, given to the input
    bare:  without our class, for inputs inside a frame (`.affix`)
    """
    given = extra.attrs_dict() if extra else {}
    attrs: dict[str, str | bool] = {name: str(value) for name, value in given.items()}
    attrs.pop("id", None)  # the label and the notes go by the form's own
    described = [f"{field.auto_id}_hint"] if hint else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if not bare:
        own = field.field.widget.attrs.get("class", "")
        attrs["class"] = f"{_control_class(field.field.widget)} {own}".strip()
    return field.as_widget(attrs=attrs)


@register.simple_tag
def option_control(option, field: BoundField) -> SafeString:
    """One radio button or checkbox of a field of choices, with our look."""
    kind = "radio" if option.data["type"] == "radio" else "check"
    option.data["attrs"]["class"] = kind
    if field.errors:
        option.data["attrs"]["aria-describedby"] = f"{field.auto_id}_error"
    return option.tag()


@register.filter
def fields_in_error(form) -> list[BoundField]:
    """The visible fields of a form that need a change, in the form's order."""
    return [field for field in form.visible_fields() if field.errors]


@register.simple_tag
def select_box(name: str, value: str) -> SafeString:
    """`<c-select-box>` for the rows of long lists, named by the number that it stands for."""
    return cells.cells().select_box(value, escape(name))
