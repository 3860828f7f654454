"""Chromium for tests marked `browser`: the system's own, driven by Playwright.

Without one those tests are skipped and the last lines of the run say how many did not run;
with REQUIRE_BROWSER=1 they fail instead.
"""

import os
import shutil

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = f"no Chromium found (looked for {', '.join(PROGRAMS)})"
PATIENCE = 30_000  # ms for what a page is waited for: the machine may have other work
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The path of the system's Chromium; CHROMIUM names another."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


def pytest_collection_modifyitems(items):
    if chromium() or os.environ.get("REQUIRE_BROWSER") == "1":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    result = yield  # the failures first, this among the last lines
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum(NO_CHROMIUM in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(f"not run: {count} browser tests, {NO_CHROMIUM}", yellow=True)
    return result


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the session."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    if program is None:
        pytest.fail(NO_CHROMIUM)
    # Playwright's loop runs in the test's thread; Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chrome
        chrome.close()


@pytest.fixture
def open_page(browser, live_server):
    """Opens pages, each in a context of its own: `open_page(viewport=…, color_scheme="dark")`.

    A script error or a breach of the content security policy on any of them fails the test.
    """
    contexts, complaints = [], []

    def opened(**options):
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note_breach(message.text, complaints))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _note_breach(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text:
        complaints.append(text)


@pytest.fixture
def page(open_page):
    """A page of the live server, 1280 × 900, light."""
    return open_page()
