"""What `make check` asks besides the tests, so that whoever runs the tests has asked it too."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(sys.executable).parent


def run(*command: str, **variables: str) -> None:
    own = {**os.environ, **variables}
    own.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # set for a browser in the same process
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_the_code_is_clean_and_laid_out_alike():
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


def test_the_templates_are_clean():
    run("djlint", "--lint", "--quiet", "templates")


def test_models_and_migrations_agree():
    run("python", "manage.py", "makemigrations", "--check", "--dry-run")


def test_production_settings_are_safe_and_the_api_describes_itself():
    run(
        *("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        ENVIRONMENT="production",
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="shop.example.com",
        DATABASE_URL="postgres://u:p@127.0.0.1:1/none",
        REDIS_URL="redis://127.0.0.1:1/0",
        DEMO_MODE="0",
        DEBUG="0",
    )
