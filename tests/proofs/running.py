"""The whole product on servers of its own, so that any piece of it can be killed.

PostgreSQL, Valkey and the payment simulator are private to this run; time-outs are short
(reliability.md §3: proofs run with read 1 s, visibility 10 s; so do the leases of jobs). Whatever
is killed is started again by whoever killed it, as a supervisor would.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

from marketplace.demo import embedded
from tests.plugins.provider import Provider

ROOT = Path(__file__).resolve().parent.parent.parent
READ_SECONDS = 1.0
PATIENCE = 90  # seconds for the product to answer
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"only of this proof's run").decode()
LATE = 3.0  # seconds after which a late webhook comes
CELERY = (sys.executable, "-m", "celery", "-A", "marketplace", "--quiet")
QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "CRITICAL")


class Running:
    """`with Running(folder) as product:`; `product.url` is where it answers."""

    def __init__(self, folder: Path, beats: int = 1):
        self.folder = folder
        self.beats = beats
        self.services = embedded.Services(folder / "servers")
        self.port = embedded.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.webhooks = "none"
        self.ended: Counter[str] = Counter()  # programs that nobody killed

    def __enter__(self) -> "Running":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def _start(self) -> None:
        self.services.start()
        self.provider = Provider(self.folder / "payments.sqlite3")
        self.environment = self._environment()
        self._run(sys.executable, "manage.py", "migrate", "--verbosity", "0")
        self.driver = Driver(self)
        for name in self.programs():
            self.start(name)
        self.wait_for_web()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.services.database_url(),
            "REDIS_URL": self.services.redis_url(),
            "SIMULATOR_URL": self.provider.url,
            "SIMULATOR_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "BASE_URL": self.url,
            "GATEWAY_CONNECT_SECONDS": str(READ_SECONDS),
            "GATEWAY_READ_SECONDS": str(READ_SECONDS),
            "CELERY_VISIBILITY_TIMEOUT": "10",
            "JOB_LEASE_SECONDS": "10",
            "API_REQUESTS_PER_MINUTE": "1000000",
            "EMAIL_URL": f"filemail:///{self.mails}",
            "LOG_LEVEL": "CRITICAL",
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        }

    @property
    def mails(self) -> Path:
        return self.folder / "mails"

    def sent(self) -> Counter[str]:
        """How often each mail has really left, by its Message-ID."""
        sent: Counter[str] = Counter()
        for file in self.mails.glob("*.log"):
            sent.update(re.findall(r"^Message-ID: (.*)$", file.read_text(), flags=re.MULTILINE))
        return sent

    def programs(self) -> dict[str, tuple[str, ...]]:
        worker = (*CELERY, "worker", *QUIET)
        web = (sys.executable, "-m", "gunicorn", "marketplace.wsgi:application")
        return {
            "money": (*worker, "-n", "money@%h", "-Q", "money", "--concurrency", "2"),
            "work": (*worker, "-n", "work@%h", "-Q", "default,exports,mail,webhooks", "-c", "2"),
            "web": (*web, "--bind", f"127.0.0.1:{self.port}", "--workers", "2"),
        } | dict(map(self._beat, range(self.beats)))

    def _beat(self, number: int) -> tuple[str, tuple[str, ...]]:
        schedule = str(self.folder / f"celerybeat-schedule-{number}")
        name = f"beat {number + 1}" if number else "beat"
        return name, (*CELERY, "beat", "--schedule", schedule, "--loglevel", "CRITICAL")

    # -- Pieces ---------------------------------------------------------------------------

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                self.programs()[name],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9, with all its children; `start(name)` brings it back."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)  # the session that we started, nothing else
        process.wait()

    def supervise(self) -> None:
        """Start again what has ended by itself, as a supervisor would, and count it."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.ended[f"{name}, exit {process.returncode}"] += 1
                self.start(name)

    def children(self, name: str) -> list[int]:
        """The processes of a worker's pool, or of the web server."""
        pid = self.processes[name].pid
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(word) for word in words]

    def restart_postgres(self) -> None:
        """At once, without a checkpoint, as a crash would."""
        self.services.postgres.kill()
        self.services.start()

    def restart_valkey_empty(self) -> None:
        self.services.valkey.kill()
        shutil.rmtree(self.services.valkey.data, ignore_errors=True)
        self.services.start()

    def restart_provider(self) -> None:
        self.provider.kill()
        self.provider.start()
        self.send_webhooks(self.webhooks)

    def send_webhooks(self, mode: str) -> None:
        """From now on the provider also tells by webhook: once, twice, early, late or none."""
        self.webhooks = mode
        url = f"{self.url}/api/v1/provider-webhooks/simulator/"
        self.provider.send_webhooks(url=url, secret=WEBHOOK_SECRET, mode=mode, seconds=LATE)

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/healthz/", timeout=2)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"The product did not answer:\n{self.logs()}")

    def logs(self) -> str:
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{file.name}: {file.read_text()[-1500:]}" for file in files)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        if hasattr(self, "driver"):
            self.driver.stop()
        if hasattr(self, "provider"):
            self.provider.kill()
        self.services.remove()

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


class Driver:
    """A process inside the product that does what nobody can do from outside (inside.py)."""

    def __init__(self, product: Running):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.inside"],
            cwd=ROOT,
            env=product.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, act: str, **given):
        """What `inside.<act>(**given)` answers. Raises RuntimeError with what it raised."""
        self.process.stdin.write(json.dumps({"act": act, "given": given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("The driver has ended.")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["answer"]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
