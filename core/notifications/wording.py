"""From a template and facts to the words of a mail or of a line under the bell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, TemplateDoesNotExist, engines
from django.template.backends.django import DjangoTemplates
from django.utils import timezone, translation


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str
    html: str
    language: str


def known_language(language: str) -> str:
    """The product's language nearest to a code ("de-AT" gives "de"), else the default one."""
    try:
        return translation.get_supported_language_variant((language or "").lower())
    except LookupError:
        return settings.LANGUAGE_CODE


def write_mail(template: str, context: Mapping[str, Any], language: str, zone: str = "") -> Words:
    """The words of `templates/emails/<template>.txt` (its first line is the subject) and `.html`.

    In the reader's language and time zone. Templates find `site_name` and `base_url` beside the
    context, and in the HTML also `subject`. Raises TemplateDoesNotExist without a `.txt`; a mail
    without an `.html` is plain text.
    """
    facts = {"site_name": settings.SITE_NAME, "base_url": settings.BASE_URL, **context}
    language = known_language(language)
    with (
        translation.override(language),
        timezone.override(zone or settings.DEFAULT_TIME_ZONE),
    ):
        facts["language"] = language
        plain = _render(f"emails/{template}.txt", facts, autoescape=False).strip()
        subject, _, text = plain.partition("\n")
        # A line break in a subject would start another header.
        subject = " ".join(subject.split())[:255]
        try:
            html = _render(f"emails/{template}.html", facts | {"subject": subject})
        except TemplateDoesNotExist as missing:
            if f"emails/{template}.html" not in str(missing):
                raise
            html = ""
    return Words(subject, _tidy(text), html.strip(), language)


def write_line(template: str, data: Mapping[str, Any]) -> str:
    """The one line of `templates/notifications/<template>.txt`, in the active language."""
    words = _render(f"notifications/{template}.txt", dict(data), autoescape=False)
    return " ".join(words.split())


def _render(name: str, facts: dict[str, Any], *, autoescape: bool = True) -> str:
    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)
    template = backend.engine.get_template(name)
    return template.render(Context(facts, autoescape=autoescape))


def _tidy(text: str) -> str:
    """At most one empty line between paragraphs, whatever the template's tags left behind."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
