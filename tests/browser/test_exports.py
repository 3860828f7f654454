"""A list becomes a file: filter, columns, progress, mail, link, sign-in. Every process real."""

import csv
import io
import re
import time

import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FEW = "/owner/orders/?search=FH-20481"  # a page of them


def test_from_a_list_to_its_file_and_once_more_from_the_mail(product, sign_in, visit):
    page = sign_in("owner")
    page.goto(FEW)
    shown = numbers_on(page)
    assert len(shown) > 1

    page.get_by_role("link", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.get_by_text(f"{len(shown)} of this list")).to_be_visible()
    choose(dialog, "Order total", "Sales channel", "Order number")
    with_keys_to_the_top(page, dialog, "Order number")
    dialog.get_by_label("Name of the preset").fill("Finance")
    dialog.get_by_role("button", name="Keep preset").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Preset: Finance")).to_be_visible()

    with page.expect_download() as brought:
        page.get_by_role("dialog").get_by_role("button", name="Start export").click()
        page.wait_for_url(re.compile("/owner/exports/E-"))
        expect(
            page.get_by_role("progressbar").or_(page.get_by_text("Download")).first
        ).to_be_visible()
    rows = rows_of(brought.value)
    assert rows[0] == ["Order number", "Order total", "Sales channel"]
    assert [row[0] for row in rows[1:]] == shown
    expect(page.get_by_text("The download starts by itself.")).to_be_visible()

    link = link_in_the_mail(product)
    stranger = visit()
    stranger.goto(link)
    account = product.record["sign_ins"]["owner"]
    stranger.fill("#id_login", account["email"])
    stranger.fill("#id_password", account["password"])
    with stranger.expect_download() as again:
        stranger.press("#id_password", "Enter")
    assert rows_of(again.value) == rows

    page.goto("/owner/orders/")
    page.get_by_role("link", name="Export", exact=True).click()
    last = page.get_by_role("dialog").get_by_role("list", name="Columns in the file, in order")
    expect(last.get_by_role("listitem")).to_have_count(3)


def test_ticked_orders_as_a_workbook_of_their_items(product, sign_in):
    page = sign_in("owner")
    page.goto(FEW)
    boxes = page.get_by_role("checkbox", name=re.compile("^Select FH-"))
    ticked = sorted(boxes.nth(place).get_attribute("value") for place in (0, 1))
    for place in (0, 1):
        boxes.nth(place).check()
    page.get_by_role("region", name="Selected orders").get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export")
    dialog.get_by_role("link", name="Order items").click()
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.get_by_role("checkbox", name="Item number")).to_be_visible()
    expect(dialog.get_by_text("2 ticked")).to_be_visible(visible=False)
    choose(dialog, "Order number", "Quantity", "Unit price")
    dialog.get_by_text("Excel (XLSX)").click()

    with page.expect_download() as brought:
        dialog.get_by_role("button", name="Start export").click()
    sheet = openpyxl.load_workbook(io.BytesIO(brought.value.path().read_bytes())).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert head == ("Order number", "Quantity", "Unit price")
    assert sorted({row[0] for row in rows}) == ticked
    assert all(isinstance(row[1], int) and isinstance(row[2], int | float) for row in rows)


def numbers_on(page: Page) -> list[str]:
    links = page.get_by_role("table").get_by_role("link", name=re.compile("^FH-"))
    return [text.strip() for text in links.all_inner_texts()]


def choose(dialog, *labels: str) -> None:
    dialog.get_by_role("button", name="Remove all").click()
    for label in labels:
        dialog.get_by_role("checkbox", name=label, exact=True).check()


def with_keys_to_the_top(page: Page, dialog, label: str) -> None:
    """By keyboard alone: the button keeps the focus while its column moves."""
    dialog.get_by_role("button", name=f"Move {label} up").focus()
    for _row in range(2):
        page.keyboard.press("Enter")
    first = dialog.get_by_role("list", name="Columns in the file, in order").get_by_role("listitem")
    expect(first.first).to_contain_text(label)
    expect(dialog.get_by_role("button", name=f"Move {label} down")).to_be_focused()


def rows_of(download) -> list[list[str]]:
    with open(download.path(), encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(io.StringIO(file.read())))


def link_in_the_mail(product) -> str:
    for _try in range(60):
        found = product.query(
            "SELECT text FROM notifications_mail "
            "WHERE template = 'export_ready' AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        )
        if found:
            return re.search(r"\S+/owner/exports/\S+/download/", found[0][0])[0]
        time.sleep(0.5)
    raise AssertionError("No mail says that the export is ready.")
