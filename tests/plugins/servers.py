"""The servers of a test run: those the environment names, else the checkout's embedded ones.

Loaded before pytest-django (see pyproject.toml), because settings read the addresses. The first
process starts the servers; xdist workers inherit its environment. Each worker has its own
database (pytest-django's suffix) and its own Redis database.
"""

import os
import re
import zlib

import pytest

from marketplace.demo import embedded

REDIS_DATABASES_PER_RUN = 8
_started_here: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _use_own_redis_database(int(worker.removeprefix("gw")) + 1)
        return
    need_postgres = not os.environ.get("DATABASE_URL")
    need_valkey = not os.environ.get("REDIS_URL")
    try:
        _started_here.extend(embedded.start(postgres=need_postgres, valkey=need_valkey))
    except embedded.ServicesError as error:
        raise pytest.UsageError(str(error)) from error
    if need_postgres:
        os.environ["DATABASE_URL"] = embedded.database_url()
    if need_valkey:
        os.environ["REDIS_URL"] = embedded.redis_url()
        _use_own_redis_database(_first_of_this_run())


def _first_of_this_run() -> int:
    """Runs under different TEST_DATABASE_NAMEs keep apart; database 0 is the demo's."""
    name = os.environ.get("TEST_DATABASE_NAME", "")
    return 1 + zlib.crc32(name.encode()) % 7 * REDIS_DATABASES_PER_RUN


def _use_own_redis_database(steps: int) -> None:
    address, number = re.fullmatch(r"(.*?)/?(\d*)", os.environ["REDIS_URL"]).groups()
    os.environ["REDIS_URL"] = f"{address}/{int(number or 0) + steps}"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    from django.conf import settings

    if not settings.configured:
        return
    # A lost test database costs nothing; waiting for the disk at each commit costs minutes.
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if _started_here:
        embedded.of_this_checkout().stop_unless_used()
