"""Jobs, the bell and the demo's mail in Chromium: accessible, narrow, and moving by themselves."""

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from core.actors import Role
from core.jobs import operations
from core.notifications.operations import mail, notify
from tests.core.test_pages import kind, member  # noqa: F401 (fixtures)
from tests.design.test_in_the_browser import violations
from tests.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(member, settings):  # noqa: F811
    """A job half-way, one that has ended, a line under the bell, a mail: their addresses."""
    settings.DEMO_MODE = True
    half, ended = (operations.start_job("probe.halves", actor=member) for _ in range(2))
    operations.continue_job(job_id=half.pk)
    while operations.continue_job(job_id=ended.pk):
        pass
    notify(
        user_ids=[member.user_id],
        role=Role.SELLER,
        seller_id=member.seller_id,
        template="job_finished",
        data={"number": ended.number, "status": "done"},
        url=f"/seller/jobs/{ended.number}/",
        dedupe_key="job",
    )
    sent = mail(
        to="ada@example.com",
        template="sign_in_code",
        context={"code": "A1B2-C3D4"},
        language="en",
        dedupe_key="code",
    )
    addresses = ["/seller/jobs/", f"/seller/jobs/{half.number}/", f"/seller/jobs/{ended.number}/"]
    addresses += ["/seller/notifications/", "/demo/mail/", f"/demo/mail/{sent.pk}/"]
    return half, [*addresses, f"/demo/mail/{sent.pk}/html/"]


@pytest.fixture
def visit(open_page, client, member, live_server):  # noqa: F811
    """A page as the member sees it."""
    signed_in(client, member)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}

    def visit(**options):
        page = open_page(**options)
        page.context.add_cookies([cookie])
        return page

    return visit


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 375)])
def test_the_pages_are_accessible(work, visit, theme, width):
    page = visit(viewport={"width": width, "height": 900}, color_scheme=theme)
    for address in work[1]:
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        if not address.endswith("/html/"):  # a sandbox lets no script in, axe neither
            assert violations(page) == [], address


def test_the_pages_fit_320_pixels(work, visit):
    page = visit(viewport={"width": 320, "height": 900})
    for address in work[1][:-1]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_job_moves_on_its_page_until_it_has_ended(work, visit):
    job, addresses = work
    page = visit()
    page.goto(addresses[1])
    expect(page.get_by_text("1 of 2 rows")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress of the job")).to_have_attribute(
        "value", "1"
    )

    operations.continue_job(job_id=job.pk)

    expect(page.get_by_text("100%")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel job")).to_have_count(0)
    expect(page.get_by_text("Its invoice is missing.")).to_be_visible()
