"""Without a Chromium the rest runs, and the run says what did not."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_opens_a_page(browser):
    assert browser.version

def test_needs_none():
    pass
"""


@pytest.fixture
def run(tmp_path):
    """Runs the two tests above where no Chromium can be found."""
    (tmp_path / "test_pages.py").write_text(BROWSER_TEST)

    ours = ("PYTEST_", "REQUIRE_BROWSER")
    known = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def run(**environment):
        return subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider"),
                *("-c", str(settings.BASE_DIR / "pyproject.toml"), str(tmp_path)),
            ],
            cwd=settings.BASE_DIR,
            env={**known, "PATH": str(tmp_path), "CHROMIUM": "", **environment},
            capture_output=True,
            text=True,
        )

    return run


def test_browser_tests_are_skipped_and_counted(run):
    answer = run()
    assert answer.returncode == 0, answer.stdout
    assert "1 passed, 1 skipped" in answer.stdout
    assert "not run: 1 browser tests, no Chromium found" in answer.stdout[-400:]


def test_a_required_browser_that_is_missing_is_a_failure(run):
    answer = run(REQUIRE_BROWSER="1")
    assert answer.returncode == 1, answer.stdout
    assert "no Chromium found" in answer.stdout
    assert "not run" not in answer.stdout
