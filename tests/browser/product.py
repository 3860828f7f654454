"""The whole product as processes of its own: web, workers, beat, payment simulator.

Own database and own Redis database, filled with the demo and with imported orders, so that a
journey in the browser runs through everything that a customer's click runs through.
"""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from marketplace.demo import embedded
from tests.plugins.provider import Provider

ROOT = Path(__file__).resolve().parent.parent.parent
REAL_ORDERS = ROOT.parent / "shared" / "data" / "olist" / "orders.jsonl.gz"
ENDED = re.compile(r'"event":"(shipped|cancelled)"')
CELERY = (sys.executable, "-m", "celery", "-A", "marketplace", "--quiet")
QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "ERROR")


class Product:
    """Start with `start()`, stop with `stop()`. `url` is where it answers."""

    def __init__(self, folder: Path, name: str):
        self.folder = folder
        self.database = name
        self.port = embedded.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.provider = Provider(folder / "payments.sqlite3")
        self.processes: list[subprocess.Popen] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": self._make_database(),
            "REDIS_URL": _another_redis_database(os.environ["REDIS_URL"]),
            "SIMULATOR_URL": self.provider.url,
            "BASE_URL": self.url,
            "DEMO_MODE": "1",
            "LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        }

    def start(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.record = json.loads(self.run("tests.browser.fill"))
        self.manage("import_orders", str(self._orders_file()), "--shift-to", "now")
        worker = (*CELERY, "worker", "--concurrency", "1", *QUIET)
        self._spawn(*worker, "-n", "money@%h", "-Q", "money")
        self._spawn(*worker, "-n", "work@%h", "-Q", "default,exports,mail,webhooks")
        schedule = str(self.folder / "celerybeat-schedule")
        self._spawn(*CELERY, "beat", "--schedule", schedule, "--loglevel", "ERROR")
        bind = f"127.0.0.1:{self.port}"
        web = (sys.executable, "-m", "gunicorn", "marketplace.wsgi:application")
        self._spawn(*web, "--bind", bind, "--workers", "2", "--log-level", "error")
        self._wait()

    def stop(self) -> None:
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)  # with its children; nothing is to be saved
            process.wait()
        self.provider.kill()
        _on_server(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def manage(self, *arguments: str) -> str:
        """Run a management command against this product; its output. A failure raises."""
        return self._out(sys.executable, "manage.py", *arguments)

    def run(self, module: str, *arguments: str) -> str:
        return self._out(sys.executable, "-m", module, *arguments)

    def query(self, sql: str, parameters=()) -> list[tuple]:
        return self._sql(sql, parameters, lambda cursor: cursor.fetchall())

    def execute(self, sql: str, parameters=()) -> int:
        """For what only time can do otherwise. How many rows were changed."""
        return self._sql(sql, parameters, lambda cursor: cursor.rowcount)

    def _sql(self, sql: str, parameters, answer):
        connection = psycopg2.connect(self.environment["DATABASE_URL"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return answer(cursor)
        finally:
            connection.close()

    def _orders_file(self) -> Path:
        """Real orders that still wait, where they are at hand; else a few of the same shape."""
        file = self.folder / "orders.jsonl"
        if REAL_ORDERS.exists():
            with gzip.open(REAL_ORDERS, "rt") as lines:
                file.write_text("".join(line for line in lines if not ENDED.search(line)))
        else:
            file.write_text(self.run("tests.browser.fill", "--orders"))
        return file

    def _make_database(self) -> str:
        _on_server(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        _on_server(f"CREATE DATABASE {self.database}")
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.database}"))

    def _spawn(self, *command: str) -> None:
        self.processes.append(
            subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        )

    def _out(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def _wait(self) -> None:
        for _try in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/healthz/", timeout=2)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("The product did not start.")


def _on_server(statement: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _another_redis_database(url: str) -> str:
    address, number = re.fullmatch(r"(.*?)/?(\d*)", url).groups()
    return f"{address}/{int(number or 0) + 4}"
