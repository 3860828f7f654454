"""The gallery shows every component, and none of them silently fails to render."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

COMPONENTS = Path(settings.BASE_DIR, "templates", "components")
# What each component must leave on the page: a component that is not found, or is switched off,
# leaves nothing, and the page is still 200.
MARKS = {
    "address": r'<address class="text-ink-soft',
    "alert": r'class="alert tone-warning',
    "back_link": r'<a href="#" class="inline-flex[^"]*min-h-11',
    "breadcrumb": r'<nav aria-label="Breadcrumb"',
    "bulk_bar": r"<div data-bulk hidden",
    "button": r'class="btn btn-primary',
    "card": r'<section class="card "',
    "check": r'<label class="check-line',
    "chip": r'<span class="chip">',
    "choice": r'<label class="choice',
    "copy": r'data-copy="FH-204815"',
    "crumb": r'aria-current="page">Tokens',
    "dialog": r'<dialog id="g-dialog"',
    "disclosure": r'<details class="disclosure',
    "drawer": r'<dialog id="g-drawer" class="drawer"',
    "empty": r"Nothing matches “SL 0092”",
    "fact": r"<dt>when</dt>",
    "fact_panel": r'<h2 class="card-title mb-2.5',
    "fact_panels": r'aria-label="Order facts"',
    "facts": r'<dl class="facts',
    "field": r'<label class="label" for="id_tracking">',
    "field_error": r'<p class="error" id="g-error"',
    "filter_bar": r'role="search" aria-label="Order, customer',
    "form_errors": r"The offer was not sent\. 3 fields need a change\.",
    "icon_button": r'<span class="sr-only">More actions</span>',
    "item_row": r'<li class="px-4 sm:px-6 py-4',
    "menu": r'popovertarget="g-menu"',
    "menu_item": r'class="menu-item is-danger"',
    "nav_link": r'class="nav-link" aria-current="page"',
    "package_card": r'aria-label="Package from Luma Workshop"',
    "package_step": r'<li aria-current="step"><span class="node tone-accent">',
    "page_head": r'<h1 class="text-xl',
    "pagination": r'<nav class="table-foot"',
    "popover": r'<div id="g-popover" popover class="popover',
    "product": r"KC-MUG-0312",
    "progress": r'<progress class="bar" value="68" max="100"',
    "quantity": r"data-quantity",
    "segment": r'<label><input type="radio" checked',
    "segmented": r'class="segmented" role="radiogroup"',
    "select_box": r"data-select-all",
    "sort": r'aria-sort="descending"',
    "stat": r'<p class="text-2xl font-semibold tabular-nums mt-1">23</p>',
    "step": r'<li class="now" aria-current="step">',
    "stepper": r'<ol class="steps" aria-label="Progress of the return"',
    "sum": r'<table class="sum',
    "tab": r'<a href="#" class="tab" aria-current="page">',
    "table": r'<table class="table cards',
    "tabs": r'<nav class="tabs" aria-label="Order status"',
    "timeline": r'<ol class="timeline " aria-label="What happened"',
    "timeline_entry": r"Refund sent to the payment provider",
    "toast": r'<div class="toast" data-keep>',
}

# What these show depends on who looks: tests/exports/test_pages.py.
OF_READERS = {"export_button", "export_ticked"}

REFERENCES = {"aria-labelledby", "aria-describedby", "popovertarget", "commandfor", "for"}


class Ids(HTMLParser):
    """Collects what refers to what."""

    def __init__(self):
        super().__init__()
        self.ids: list[str] = []
        self.references: set[str] = set()

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in {
                "aria-labelledby",
                "aria-describedby",
                "popovertarget",
                "commandfor",
                "for",
            }:
                self.references.update((value or "").split())


@pytest.fixture(scope="module")
def gallery():
    with override_settings(DEMO_MODE=True):
        return Client().get("/design/").content.decode()


def test_every_component_has_a_mark():
    names = {path.stem for path in COMPONENTS.glob("[!_]*.html")}
    assert names - OF_READERS == set(MARKS)


@pytest.mark.parametrize("name", MARKS)
def test_a_component_renders(gallery, name):
    assert re.search(MARKS[name], gallery), f"<c-{name}> left no mark on the gallery"


@pytest.mark.parametrize("frame", ["console", "storefront"])
def test_no_component_is_left_raw(client, settings, frame):
    settings.DEMO_MODE = True
    html = client.get("/design/", {"frame": frame}).content.decode()
    assert "<c-" not in html
    assert "{%" not in html
    assert "{{" not in html


def test_everything_that_is_referred_to_is_there_once(gallery):
    page = Ids()
    page.feed(gallery)
    assert sorted(set(page.ids)) == sorted(page.ids)
    assert page.references <= set(page.ids)


def test_the_gallery_is_not_for_everybody(client, settings):
    settings.DEBUG = settings.DEMO_MODE = False
    assert client.get("/design/").status_code == 404
