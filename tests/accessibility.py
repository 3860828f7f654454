"""Pages in Chromium as everybody must be able to use them: WCAG 2.2 AA as far as axe can tell."""

from collections.abc import Iterator, Sequence

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe().axe_script
# To describe each element that is right takes axe longer than to find those that are wrong.
BREACHES = """rules => axe.run({ runOnly: rules, resultTypes: ["violations"] })
    .then(found => found.violations)"""
ON_ITS_WAY = ".htmx-request, .htmx-swapping, .htmx-settling"


def violations(page) -> list[str]:
    """ "rule: markup" of each element that breaks a rule; none when the page is accessible."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(BREACHES, RULES)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def scrolls_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def faults(page, what: str) -> list[str]:
    """What is wrong with the page, `what` in front of each; none when nothing is."""
    wrong = [f"{what}: {violation}" for violation in violations(page)]
    if scrolls_sideways(page):
        wrong.append(f"{what}: scrolls sideways at {page.viewport_size['width']} px")
    return wrong


def wait_until_at_rest(page) -> None:
    """All that the page asked for while it loaded is there."""
    page.locator(ON_ITS_WAY).first.wait_for(state="detached")


def turned(page, looks: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The loaded page in each look, a theme and a width, one after the other; at the end back in
    the first.

    As good as loading it in each: no script asks for the look while a page loads, which
    tests/design/test_looks.py sees to.
    """
    for look in looks:
        _turn(page, look)
        yield look
    _turn(page, looks[0])


def _turn(page, look: tuple[str, int]) -> None:
    theme, width = look
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
