"""`make demo`: servers, tables, believable data, and every process of the product, on loopback.

The processes run under honcho. One that dies takes the others down with an error; Ctrl-C,
SIGTERM and a closed terminal stop everything this start has started, and nothing else. What a
killed launcher left behind is stopped by the next one: every process writes its id into
`.local/demo.pids` before it becomes what it is.
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shlex
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Printer

from marketplace.demo import embedded
from marketplace.demo.servers import command_line

CHECKOUT = embedded.CHECKOUT
LOCAL = CHECKOUT / ".local"
PIDS = LOCAL / "demo.pids"
OWN_SERVERS = LOCAL / "demo.started-servers"
RECORD = LOCAL / "demo.json"
SECONDS_TO_ANSWER = 60
CARRIER_SECONDS = 20  # from one step of a delivery to the next
CELERY = "-m celery -A marketplace --quiet"
WORKER = "--pool prefork --without-gossip --without-mingle --loglevel WARNING"


class CannotStart(Exception):
    """The message says what to do."""


def main() -> int:
    """Run the demo until it is stopped. The exit code is 0 when a person stopped it."""
    port = int(os.environ.get("DEMO_PORT", "8000"))
    os.chdir(CHECKOUT)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        with _only_one(), _servers():
            stop_leftovers()
            refuse_taken(port)
            record = _record(port)
            _set_environment(record)
            try:
                record.update(_prepare_database())
                _employ_carrier(record)
            finally:
                _leave_database()  # servers are only stopped when nobody uses them
            _write_private(RECORD, json.dumps(record, indent=2))
            return run(_processes(record), record)
    except (CannotStart, embedded.ServicesError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """One demo per checkout. The lock is this process's own: children do not inherit it."""
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    with (LOCAL / "demo.lock").open("a") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"The demo of {CHECKOUT} runs already: see {RECORD}.") from None
        yield


@contextlib.contextmanager
def _servers() -> Iterator[None]:
    """PostgreSQL and Valkey, stopped at the end if a demo started them (a killed one, too)."""
    started = embedded.start(
        postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL")
    )
    if started:
        OWN_SERVERS.touch()
    try:
        yield
    finally:
        if OWN_SERVERS.exists():
            embedded.of_this_checkout().stop_unless_used()
            OWN_SERVERS.unlink()


def stop_leftovers() -> None:
    """Stop the processes of a launcher that was killed before it could."""
    for line in PIDS.read_text().split() if PIDS.exists() else []:
        pid = int(line)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if str(CHECKOUT) not in command_line(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)
            deadline = time.monotonic() + 5
            while command_line(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
    PIDS.unlink(missing_ok=True)


def refuse_taken(port: int) -> None:
    if not embedded.is_free(port):
        raise CannotStart(
            f"Port {port} of 127.0.0.1 is taken. Name another: DEMO_PORT=8010 make demo"
        )


def _record(port: int) -> dict:
    """What the last start wrote down, with today's addresses."""
    record = _last_record()
    last = int(record.get("simulator_url", ":0").rpartition(":")[2])
    simulator = last if embedded.is_free(last) else embedded.free_port()
    return {
        **record,
        "base_url": f"http://127.0.0.1:{port}",
        "simulator_url": f"http://127.0.0.1:{simulator}",
        "webhook_secret": record.get("webhook_secret") or _new_webhook_secret(),
    }


def _new_webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _set_environment(record: dict) -> None:
    os.environ.update(
        DEMO_MODE="1",
        BASE_URL=record["base_url"],
        SIMULATOR_URL=record["simulator_url"],
        SIMULATOR_WEBHOOK_SECRET=record["webhook_secret"],
        WEB_BIND=record["base_url"].removeprefix("http://"),
        WEB_LOG_LEVEL="warning",
        PYTHONUNBUFFERED="1",
        PYTHONWARNINGS="ignore:You're running the worker with superuser privileges",
        DJANGO_SETTINGS_MODULE="marketplace.settings",
    )


def _prepare_database() -> dict:
    """Migrate when something is missing, seed when nobody is there; the seed's sign-ins."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Creating tables")
        call_command("migrate", interactive=False, verbosity=0)
    known = "sign_ins" in _last_record()
    somebody = get_user_model().objects.exists()
    if somebody and not known and os.environ.get("DATABASE_URL"):
        raise CannotStart(
            "The database that DATABASE_URL names is in use already; the demo fills an empty one."
        )
    if not somebody:
        record = _seed()
    elif not known:
        record = _renew()
    else:
        record = {}  # what is written down already
    return record


def _employ_carrier(record: dict) -> None:
    """The simulated carrier's token, and from when on packages are its own: what the demo's data
    says of older ones stays as it is."""
    from marketplace.demo.seed import token_for_carrier

    if "carrier_token" not in record:  # data from before there was a carrier
        record["carrier_token"] = token_for_carrier()
    record.setdefault("carrier_since", datetime.now(UTC).isoformat())
    os.environ["CARRIER_TOKEN"] = record["carrier_token"] or ""


def _leave_database() -> None:
    from django.db import connections

    connections.close_all()


def _seed() -> dict:
    from marketplace.demo.seed import seed_demo

    print("Filling in demo data")
    return seed_demo()


def _renew() -> dict:
    """The data of this place is there, what was written down of it is not: a new checkout."""
    from marketplace.demo.seed import renew_sign_ins

    renewed = renew_sign_ins()
    if renewed is None:
        raise CannotStart(
            "The database of this checkout holds other people's data than the demo's. "
            "Name an empty one in DATABASE_URL, or start the product as docs/operations.md says."
        )
    return renewed


def _last_record() -> dict:
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


class FirstToStop(Printer):
    """Prints the processes' lines, and remembers which one stopped first."""

    name = ""

    def write(self, message) -> None:
        if message.name == "system" and " stopped (rc=" in message.data and not self.name:
            self.name = message.data.partition(" ")[0]
        super().write(message)


class Together(Manager):
    """Honcho's manager, which can be told to stop while it still starts."""

    def terminate(self) -> None:
        """Stop all processes, once each has told its id; honcho trips over one that has not."""
        if self._all_started():
            super().terminate()
        else:
            threading.Timer(0.1, self.terminate).start()


def run(processes: dict[str, str], record: dict) -> int:
    """Run the commands until one stops or a person stops them; 0 when a person did."""
    first = FirstToStop(sys.stdout)
    manager = Together(first)
    for name, command in processes.items():
        manager.add_process(name, f"echo $$ >> {shlex.quote(str(PIDS))}; exec {command}")
    stopping, silent = threading.Event(), threading.Event()
    threading.Thread(target=_announce, args=(record, stopping, silent), daemon=True).start()
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    stopping.set()
    PIDS.unlink(missing_ok=True)
    if manager.returncode in (130, 143) and not silent.is_set():  # Ctrl-C, SIGTERM
        return 0
    reason = f"{record['base_url']} did not answer" if silent.is_set() else f"{first.name} stopped"
    print(f"All processes of the demo were stopped, because {reason}.", file=sys.stderr)
    return 1


def _processes(record: dict) -> dict[str, str]:
    python = shlex.quote(str(Path(sys.executable)))
    simulator_port = record["simulator_url"].rpartition(":")[2]
    journal = shlex.quote(str(LOCAL / "payments.sqlite3"))
    beat_file = shlex.quote(str(LOCAL / "celerybeat-schedule"))
    processes = {
        "web": f"{python} -m gunicorn",
        "money": f"{python} {CELERY} worker -n money@%h -Q money --concurrency 1 {WORKER}",
        "work": f"{python} {CELERY} worker -n work@%h -Q default,exports,mail,webhooks "
        f"--concurrency 1 {WORKER}",
        "beat": f"{python} {CELERY} beat --schedule {beat_file} --loglevel WARNING",
        "payments": f"{python} -m refunds.simulator --port {simulator_port} --journal {journal} "
        f"--webhook-url {record['base_url']}/api/v1/provider-webhooks/simulator/ "
        f"--webhook-secret {shlex.quote(record['webhook_secret'])}",
    }
    if record["carrier_token"]:
        processes["carrier"] = (
            f"{python} -m packages.carrier --url {record['base_url']} "
            f"--seconds {CARRIER_SECONDS} --since {shlex.quote(record['carrier_since'])}"
        )
    return processes


def _announce(record: dict, stopping: threading.Event, silent: threading.Event) -> None:
    """Print the table once the pages answer; stop the demo when they do not."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline and not stopping.is_set():
        try:
            with urllib.request.urlopen(f"{record['base_url']}/healthz/", timeout=2):  # noqa: S310
                print(_table(record), flush=True)
                return
        except OSError:
            time.sleep(0.1)
    if not stopping.is_set():
        silent.set()
        os.kill(os.getpid(), signal.SIGTERM)


def _table(record: dict) -> str:
    rows = [("", "Address", "Sign in as", "Password")]
    for role, sign_in in record.get("sign_ins", {}).items():
        address = f"{record['base_url']}{_path(sign_in.get('url', '/'))}"
        rows.append((role.capitalize(), address, sign_in["email"], sign_in["password"]))
    rows.append(("API", f"{record['base_url']}/api/v1/", f"tokens in {RECORD}", ""))
    rows.append(("Payment simulator", record["simulator_url"], "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    rule = "─" * max(map(len, lines))
    return "\n".join(["", rule, *lines, rule, "Ctrl-C stops everything.", ""])


def _path(url: str) -> str:
    """The path of an address, so that another DEMO_PORT than the seed's is right, too."""
    return "/" + url.partition("://")[2].partition("/")[2] if "://" in url else url


def _write_private(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)


if __name__ == "__main__":
    sys.exit(main())
