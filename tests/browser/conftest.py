import os

import pytest

from tests.browser.product import Product
from tests.plugins.browser import PATIENCE


@pytest.fixture(scope="session")
def product(tmp_path_factory, request):
    """The whole product, running, with the demo's people and imported orders."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    name = f"{os.environ.get('TEST_DATABASE_NAME', 'test_marketplace')}_product_{worker}"
    running = Product(tmp_path_factory.mktemp("product"), name)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def visit(browser, product):
    """Opens a browser context on the running product; breaches of the CSP fail the test."""
    contexts, complaints = [], []

    def opened(**options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(base_url=product.url, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def sign_in(visit, product):
    """A page signed in as the demo's `role`: customer, seller or owner."""

    def signed_in(role: str, **options):
        account = product.record["sign_ins"][role]
        page = visit(**options)
        page.goto("/accounts/login/")
        page.fill("#id_login", account["email"])
        page.fill("#id_password", account["password"])
        page.press("#id_password", "Enter")
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    return signed_in
