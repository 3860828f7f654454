"""A seller's day: thirty orders packed, split, shipped with one file and printed, every process
real, while a customer watches."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_journey import enter_by_code

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PACKAGES = """
    SELECT p.number, o.number, p.status FROM packages_package p
    JOIN orders_order o ON o.id = p.order_id WHERE o.number LIKE 'DAY-%%' ORDER BY p.id
"""


@pytest.fixture(scope="module")
def day(product, tmp_path_factory) -> dict[str, str]:
    """Number → e-mail of thirty imported orders that wait to be packed."""
    file = Path(tmp_path_factory.mktemp("day")) / "orders.jsonl"
    file.write_text(product.run("tests.browser.fill", "--day"))
    product.manage("import_orders", str(file), "--shift-to", "now")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {line["number"]: line["customer"]["email"] for line in lines}


def test_thirty_orders_are_packed_split_shipped_and_printed(product, day, sign_in, visit):
    seller = sign_in("seller")
    pack_all(seller)
    assert len(packages(product)) == 30

    split_off_two(seller, package_of(product, "DAY-00"))
    assert len(packages(product, order="DAY-00")) == 2

    misread = package_of(product, "DAY-29")
    upload(seller, product, misread)
    assert {status for _n, _o, status in packages(product)} == {"shipped", "preparing"}
    assert [n for n, _o, status in packages(product) if status == "preparing"] == [misread]

    print_slips(seller, [number for number, _o, _s in packages(product)])

    customer = visit()
    enter_by_code(customer, day["DAY-00"])
    customer.goto("/my/orders/DAY-00/")
    expect(customer.get_by_text("Package 1 of 2")).to_be_visible()
    expect(customer.get_by_role("link", name=re.compile("NP7742|Track")).first).to_be_visible()
    first, second = (number for number, _o, _s in packages(product, order="DAY-00"))
    tell(seller, first, "Mark as delivered")
    tell(seller, second, "Delivery failed")
    customer.reload()
    expect(customer.get_by_text("Could not be delivered").first).to_be_visible()
    expect(customer.get_by_text("Delivered").first).to_be_visible()
    assert mails_of_shipment(product, day["DAY-00"]) >= 2


def pack_all(page: Page) -> None:
    page.goto("/seller/packages/to-pack/?search=DAY-")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Start packaging").click()
    page.get_by_role("dialog").get_by_role("button", name="Pack 30 orders").click()
    page.wait_for_url("**/jobs/**")
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)


def split_off_two(page: Page, number: str) -> None:
    page.goto(f"/seller/packages/{number}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Create new package").or_(
        page.get_by_role("link", name="Create new package")
    ).first.click()
    dialog = page.get_by_role("dialog", name="Create a new package")
    dialog.get_by_role("spinbutton").or_(dialog.get_by_role("textbox")).first.fill("2")
    dialog.get_by_role("button", name="Create new package").click()
    expect(page.get_by_role("status").filter(has_text="created.")).to_be_visible()


def upload(page: Page, product, misread: str) -> None:
    """One file for all; one number the carrier cannot have given, one package of nobody's."""
    rows = ["package,tracking"]
    for place, (number, _order, _status) in enumerate(packages(product)):
        rows.append(f"{number},{'wrong' if number == misread else tracking(place)}")
    rows.append(f"P-NOBODYS,{tracking(99)}")
    page.goto("/seller/packages/tracking/")
    page.locator("#id_file").set_input_files(
        {"name": "day.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.get_by_role("button", name="Check file").click()
    wrong = page.get_by_role("region", name="Rows that need a look")
    expect(wrong.get_by_text(misread)).to_be_visible()
    expect(wrong.get_by_text("There is no such package.")).to_be_visible()
    page.get_by_role("button", name="Ship 30 packages").click()
    page.wait_for_url("**/jobs/**")
    expect(page.get_by_text(re.compile("^Done")).first).to_be_visible(timeout=60_000)


def tracking(place: int) -> str:
    return f"NP7742{place:04}"


def print_slips(page: Page, numbers: list[str]) -> None:
    page.goto(f"/seller/packages/paper/?kind=slip&numbers={','.join(numbers)}")
    for number in numbers:
        expect(page.get_by_text(number).first).to_be_attached()


def tell(page: Page, number: str, words: str) -> None:
    """What the detail page offers first stands open, the rest under "More actions"."""
    page.goto(f"/seller/packages/{number}/")
    main = page.get_by_role("main")
    act = main.get_by_role("link", name=words).or_(main.get_by_role("button", name=words)).first
    if not act.is_visible():
        page.get_by_role("button", name="More actions").click()
    act.click()
    page.get_by_role("dialog").locator("button[type=submit]").last.click()
    expect(page.get_by_role("status").filter(has_text=number)).to_be_visible()


def packages(product, order: str | None = None) -> list[tuple[str, str, str]]:
    return [row for row in product.query(PACKAGES) if order in (None, row[1])]


def package_of(product, order: str) -> str:
    return packages(product, order)[0][0]


def mails_of_shipment(product, email: str, patience: int = 40) -> int:
    sql = 'SELECT count(*) FROM notifications_mail WHERE "to" = %s AND template = %s'
    count = 0
    for _try in range(patience):
        [(count,)] = product.query(sql, [email, "package_shipped"])
        if count >= 2:
            break
        time.sleep(0.5)
    return count
