"""The picture of ARCHITECTURE.md holds: `.importlinter` says it, this runs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    *("marketplace", "core", "sellers", "finance", "orders"),
    *("packages", "refunds", "cancellations", "returns"),
)


def test_imports_point_one_way():
    linter = Path(sys.executable).parent / "lint-imports"

    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


def test_every_folder_is_named_as_the_house_names_it():
    known = {"templates", "assets", "tests", "docs", "locale", *APPS}
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name != "static"
    }

    assert folders - known - {"__pycache__"} == set()


def test_no_module_is_called_after_nothing():
    vague = {"utils", "helpers", "common", "misc", "base", "manager", "managers", "service"}
    modules = {path for app in APPS for path in (ROOT / app).rglob("*.py")}

    found = {path for path in modules if path.stem in vague}
    assert found == {ROOT / "marketplace/postgresql/base.py"}  # Django asks a backend for that name
