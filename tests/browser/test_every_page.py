"""Every page of the product, as the person it is for: it answers, fits, and meets WCAG 2.2 AA."""

import pytest

from tests.accessibility import faults, turned, wait_until_at_rest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LOOKS = [("light", 1440), ("dark", 375)]
ORDER = "FH-204815"  # of three sellers, in three states
PAGES = {
    "customer": [
        "/my/orders/",
        f"/my/orders/{ORDER}/",
        "/my/orders/FH-204811/cancellation/",
        "/my/orders/FH-204811/request/",
        "/my/help/returns/",
        "/my/notifications/",
        "/demo/mail/",
    ],
    "seller": [
        "/seller/",
        "/seller/orders/",
        "/seller/orders/?tab=action_needed",
        f"/seller/orders/{ORDER}/",
        "/seller/requests/",
        "/seller/requests/?tab=disputes",
        "/seller/returns/receive/",
        "/seller/help/returns/",
        "/seller/packages/",
        "/seller/packages/preparing/",
        "/seller/packages/shipped/",
        "/seller/packages/to-pack/",
        "/seller/packages/tracking/",
        "/seller/refund-plans/",
        "/seller/ledger/",
        "/seller/exports/",
        "/seller/exports/new/?source=order_items&tab=shipped",
        "/seller/exports/schedules/",
        "/seller/jobs/",
        "/seller/notifications/",
        "/seller/settings/users/",
        "/seller/settings/tokens/",
        "/seller/settings/delivery/",
    ],
    "owner": [
        "/owner/",
        "/owner/orders/",
        "/owner/orders/?tab=cancelled_returned",
        "/owner/orders/?search=nobody-has-this",
        f"/owner/orders/{ORDER}/",
        "/owner/requests/",
        "/owner/requests/?tab=goods",
        "/owner/returns/receive/",
        "/owner/help/returns/",
        "/owner/packages/",
        "/owner/packages/preparing/",
        "/owner/packages/shipped/",
        "/owner/packages/to-pack/",
        "/owner/packages/tracking/",
        "/owner/refund-plans/",
        "/owner/ledger/",
        "/owner/exports/",
        "/owner/exports/new/?source=orders&search=FH",
        "/owner/exports/schedules/",
        "/owner/exports/schedules/new/?source=packages",
        "/owner/jobs/",
        "/owner/settings/users/",
        "/owner/settings/tokens/",
        "/owner/settings/sellers/",
        "/owner/settings/delivery/",
        "/owner/settings/reasons/",
        "/owner/settings/reasons/new/",
        "/owner/settings/cancellations/",
        "/owner/settings/returns/",
        "/owner/settings/returns/new/",
        "/owner/settings/refund-approval/",
        "/owner/settings/deadlines/",
        "/accounts/2fa/",
    ],
}


@pytest.mark.parametrize("role", PAGES)
def test_every_page_answers_fits_and_can_be_used_by_everybody(sign_in, role):
    page = sign_in(role)
    wrong = []

    for path in PAGES[role]:
        answer = page.goto(path)
        wait_until_at_rest(page)
        if answer is None or answer.status != 200:
            wrong.append(f"{path}: answers {answer and answer.status}")
            continue
        if "<c-" in page.content():
            wrong.append(f"{path}: a component was not rendered")
        for _theme, _width in turned(page, LOOKS):
            wrong += faults(page, path)

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", PAGES)
def test_a_keyboard_reaches_the_content_past_the_menu(sign_in, role):
    page = sign_in(role)
    page.goto(PAGES[role][0])

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
