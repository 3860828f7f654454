"""The floor: the same data and Django, without anything of ours in between."""

from marketplace.settings import *  # noqa: F403

INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.load.floor"
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"  # noqa: F405
