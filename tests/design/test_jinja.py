"""What Jinja2 writes: hostile names stay text in every template, and words follow the reader."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone, translation
from jinja2 import UndefinedError

from core.actors import Actor, Role
from core.jinja import write_part
from core.lists.looks import Look, columns_of
from marketplace.navigation import Line
from orders.presenters.rows import ListRow, Notice
from packages.listing import PackageRow, ToPackRow
from packages.presenters.rows import listed_packages, parts_to_pack

EVIL = "\"'><script>alert(1)</script>{{ 7*7 }}{% x %}<c-button>&"
NOW = datetime(2026, 11, 18, 16, 2, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR, "templates")
NAMES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.jinja")
    # Figures and words of ours, and part of the tabs; macros, which every page of lists tries.
    if path.name not in ("action_needed.jinja", "components.jinja")
)


class Parts(HTMLParser):
    """What a browser would see: elements, names and values of attributes, text."""

    def __init__(self, written: str):
        super().__init__()
        self.tags, self.names, self.values, self.text = set(), set(), [], ""
        self.feed(written)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _value in attrs}
        self.values += [value for _name, value in attrs if value]

    def handle_data(self, data):
        self.text += data


def look(list_name: str) -> Look:
    """All columns there are."""
    return Look(tuple(one.name for one in columns_of(Actor(Role.OWNER), list_name)))


def order_row(**changed) -> ListRow:
    row = ListRow(
        number=EVIL,
        status="preparing",
        placed_at=NOW,
        customer=EVIL,
        country=EVIL,
        seller=EVIL,
        more_sellers=2,
        total=8420,
        currency="EUR",
        notice=Notice("cancel_requested", EVIL, NOW, NOW - timedelta(days=1), EVIL),
        reason=EVIL,
        channel=EVIL,
        pieces=3,
        ship_by=NOW,
        updated_at=NOW,
    )
    return row._replace(**changed)


def told(**changed) -> dict:
    one = {"name": EVIL, "sku": EVIL, "units": 2, "left": False, "status": "preparing"}
    return one | {"request": EVIL, "due_at": None, "opened_at": None} | changed


def filled(row, **facts):
    """A row of a list in which every text is hostile."""
    given = dict.fromkeys(row._fields, EVIL) | {"id": 1, "placed_at": NOW, "ship_by": NOW}
    moments = {"created_at": NOW, "shipped_at": NOW, "delivered_at": None, "expected_at": NOW}
    return row(**{k: v for k, v in (given | moments | facts).items() if k in row._fields})


def packages(status: str, **facts):
    contents = [told(), told(left=True)]
    return listed_packages([filled(PackageRow, status=status, contents=contents, **facts)])


def frame() -> dict:
    return {
        "navigation": lambda: [Line(f"/{EVIL}", EVIL, "inbox", count=3, urgent=True)],
        "palette": lambda: SimpleNamespace(url=EVIL),
        "SITE_NAME": EVIL,
        "surface_label": lambda: EVIL,
        "user": SimpleNamespace(pk=1, is_authenticated=True),
        "request": SimpleNamespace(
            actor=SimpleNamespace(seller_id=7), get_full_path=lambda: f"/{EVIL}"
        ),
        "reader_name": lambda: EVIL,
        "reader_role": lambda: EVIL,
        "other_surfaces": lambda: [Line(EVIL, EVIL, "store")],
        "csrf_token": EVIL,
        "place": "side",
        "theme": "dark",
        "demo_mail_url": EVIL,
        "bell_url": lambda: EVIL,
        "bell_count": lambda: 3,
        "messages": [EVIL],
    } | parts_of_django()


def parts_of_django() -> dict:
    """What a page may ask besides; harmful only where it were not told from text."""
    return {name: lambda *_given, **_more: EVIL for name in ("kept", "django_part", "page_scripts")}


def in_a_list(list_name: str, **given) -> dict:
    words = {"sort": "newest", "other_sort_url": f"?{EVIL}", "caption": EVIL, "bulk_url": EVIL}
    flags = {"is_owner": True, "surface": "owner", "is_held_back": False, "is_gone": False}
    asked = {"list_name": EVIL, "asked": EVIL, "poll_seconds": 20, "poll_url": EVIL, "etag": EVIL}
    ends = {"previous_url": EVIL, "next_url": EVIL, "tab": "cancelled_returned"}
    actor = SimpleNamespace(seller_id=7, rank=None)
    request = SimpleNamespace(actor=actor, get_full_path=lambda: f"/{EVIL}")
    found = {"look": look(list_name), "is_work": True, "request": request, "summary": EVIL}
    return found | words | flags | asked | ends | parts_of_django() | given


def whole_page(rows: dict) -> dict:
    """A page of a list with all that stands around its rows."""
    link = SimpleNamespace(name=EVIL, href=f"?{EVIL}", current=True, changed=True)
    views = SimpleNamespace(links=[link], current=link)
    chip = SimpleNamespace(label=EVIL, value=EVIL, remove=f"?{EVIL}")
    errors = SimpleNamespace(errors={"search": [EVIL]})
    around = {
        "view": SimpleNamespace(saved_views=lambda: views),
        "chips": [chip],
        "filter": SimpleNamespace(is_bound=True, form=errors),
        "kept_parameters": {EVIL: EVIL},
        "search": EVIL,
        "heading": EVIL,
        "listing": "preparing",
        "tabs": tabs()["tabs"],
        "has_filters": True,
    }
    addresses = ("look_url", "view_url", "tabs_url", "export_url", "clear_url")
    return frame() | rows | around | dict.fromkeys(addresses, f"/{EVIL}")


def tabs() -> dict:
    counts = SimpleNamespace(
        held_back=1, waiting=2, waiting_cancellations=1, waiting_returns=1, next_due_at=NOW
    )
    tab = SimpleNamespace(label=EVIL, href=f"?{EVIL}", count="3", current=True, urgent=True)
    orders_tabs = [SimpleNamespace(**vars(tab), needs_action=needs) for needs in (True, False)]
    resolved = SimpleNamespace(resolver_match=SimpleNamespace(namespace="owner"))
    return {"tabs": orders_tabs, "counts": counts, "request": resolved}


def orders() -> dict:
    rows = [order_row(), order_row(notice=None, ship_by=None, reason="")]
    return in_a_list("order_list", list_rows=rows)


def all_packages() -> dict:
    return in_a_list(
        "package_list",
        packages=[
            *packages("preparing"),
            *packages("shipped", tracking_url="https://x.example/{number}", invoice_number=""),
            *packages("delivered", delivered_at=NOW, invoice_number="", option=None),
            *packages("cancelled", shipped_at=None),
        ],
    )


GIVEN = {
    "orders/console/tabs.jinja": tabs,
    "packages/console/tabs.jinja": tabs,
    **dict.fromkeys(("orders/console/table.jinja", "orders/console/rows.jinja"), orders),
    **dict.fromkeys(
        ("orders/console/search.jinja", "orders/console/order_list.jinja", "lists/views.jinja"),
        lambda: whole_page(orders()),
    ),
    **dict.fromkeys(("packages/console/table.jinja", "packages/console/rows.jinja"), all_packages),
    **dict.fromkeys(
        ("packages/console/search.jinja", "packages/console/package_list.jinja"),
        lambda: whole_page(all_packages()),
    ),
    **dict.fromkeys(
        ("lists/asked.jinja", "lists/polled.jinja", "lists/look_button.jinja"),
        lambda: whole_page(orders()),
    ),
    "packages/console/to_pack_table.jinja": lambda: in_a_list(
        "package_to_pack",
        parts=parts_to_pack([filled(ToPackRow, contents=[told()]), filled(ToPackRow, contents=[])]),
    ),
    "lists/foot.jinja": lambda: {"summary": EVIL, "previous_url": EVIL, "next_url": EVIL},
    **dict.fromkeys(
        ("layouts/sidebar.jinja", "layouts/topbar.jinja", "layouts/user_menu.jinja"), frame
    ),
    **dict.fromkeys(("layouts/head.jinja", "layouts/toasts.jinja", "layouts/drawer.jinja"), frame),
    "layouts/console.jinja": frame,
}


def test_every_template_is_tried():
    assert set(NAMES) == set(GIVEN)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text(name):
    written = write_part(name, GIVEN[name]())

    parts = Parts(written)
    assert "{{ 7*7 }}" in parts.text or any(EVIL in value for value in parts.values)
    assert "<script>alert" not in written
    assert "c-button" not in parts.tags
    assert not [name for name in parts.names if not re.fullmatch(r"[a-z0-9:-]+", name)]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_was_not_given_is_an_error(name):
    with pytest.raises(UndefinedError):
        write_part(name, {})


def test_a_row_is_written_in_the_readers_language_and_zone(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    given = in_a_list("order_list", list_rows=[order_row(total=128970, currency="BRL")])

    def written(language: str, zone: str) -> str:
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            return write_part("orders/console/table.jinja", given)

    assert "Today, 16:02" in written("en", "UTC")
    assert "Today, 13:02" in written("en", "America/Sao_Paulo")
    assert "1,289.70<i>BRL" in written("en", "UTC")
    assert "1.289,70<i>BRL" in written("pt-br", "UTC")


def test_only_the_columns_of_the_look_are_written():
    rows = {"list_rows": [order_row()]}
    whole = write_part("orders/console/table.jinja", in_a_list("order_list", **rows))
    narrow = write_part(
        "orders/console/table.jinja",
        in_a_list("order_list", **rows) | {"look": Look(("order", "total"), "dense")},
    )

    assert "Sales channel" in whole
    assert "Sales channel" not in narrow
    assert "84.20" in narrow
    assert "Customer" not in narrow
    assert "table cards table-fixed compact" in narrow
    heads, cells = narrow.count("<th "), narrow.count("<td")
    assert heads == cells
