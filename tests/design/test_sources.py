"""What the sources may not hold: colours outside the tokens, and what the policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.templatetags import pages

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for kind in ("*.html", "*.jinja") for path in (ROOT / "templates").rglob(kind)
)
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]  # mail has no stylesheet
STYLES = [path for path in (ROOT / "assets").rglob("*.css") if "built" not in path.parts]
SCRIPTS = sorted((ROOT / "assets" / "js").glob("*.js"))
FORBIDDEN = {
    "a style attribute": r"""\sstyle\s*=\s*["']""",
    "an event attribute": r"""\son[a-z]+\s*=\s*["']""",
    "hx-on": r"\bhx-on[:\s=]",
    "a computed hx-vals": r"""hx-vals\s*=\s*["']js:""",
    "a trigger filter": r"""hx-trigger\s*=\s*["'][^"']*\[""",
    "another host": r"""(?:src|href)\s*=\s*["'](?:https?:)?//""",
}


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize(
    "path", named([path for path in STYLES if path.name != "tokens.css"] + SCRIPTS)
)
def test_no_colour_outside_the_tokens(path):
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", path.read_text())


@pytest.mark.parametrize("path", named(PAGES))
def test_a_template_keeps_to_the_policy(path):
    text = path.read_text()
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    assert not found
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "nonce" in script or "src=" in script or "application/json" in script


def test_a_comment_of_djangos_templates_ends_on_its_line():
    """`{# … #}` over two lines is no comment: everybody reads it on the page."""
    pages = [path for path in TEMPLATES if path.suffix == ".html"]
    lines = [(path.name, line) for path in pages for line in path.read_text().splitlines()]
    assert not [(name, line) for name, line in lines if "{#" in line and "#}" not in line]


def test_every_script_is_in_the_import_map_and_started():
    modules = {path.stem for path in SCRIPTS} - {"main"}
    started = set(re.findall(r'import "interface/(\w+)"', (ROOT / "assets/js/main.js").read_text()))
    assert modules == set(pages.SCRIPTS) == started
