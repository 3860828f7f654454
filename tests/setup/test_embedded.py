"""Embedded servers: private instances, crashes, lost state, foreign ports and pids."""

import json
import os
import socket
import stat
import subprocess
import sys

import psycopg2
import pytest
import redis

from marketplace.demo import embedded, servers
from marketplace.demo.embedded import Services, ServicesError

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def services(tmp_path):
    private = Services(tmp_path / "private")
    private.start()
    yield private
    private.remove()
    assert not private.home.exists()


def _ask(services, statement):
    connection = psycopg2.connect(services.database_url())
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def _valkey(services):
    return redis.Redis.from_url(services.redis_url())


def test_data_and_addresses_survive_a_crash(services):
    before = services.database_url(), services.redis_url()
    _ask(services, "CREATE TABLE kept AS SELECT 7 AS n")
    _valkey(services).set("kept", "7")
    _valkey(services).execute_command("WAITAOF", 1, 0, 2000)
    services.postgres.kill()
    services.valkey.kill()
    assert services.status() == {"postgres": None, "valkey": None}
    assert services.start() == ["postgres", "valkey"]
    assert (services.database_url(), services.redis_url()) == before
    assert _ask(services, "SELECT n FROM kept") == [(7,)]
    assert _valkey(services).get("kept") == b"7"


def test_a_second_start_changes_nothing(services):
    before = services.status()
    assert services.start() == []
    assert services.status() == before


def test_a_foreign_port_and_a_stale_pid_file_are_stepped_around(services):
    services.stop()
    saved = json.loads(services.addresses.read_text())
    services.postgres.pid_file().write_text(f"{os.getpid()}\n")  # alive, and not PostgreSQL
    services.valkey.pid_file().write_text(f"{os.getpid()}\n")
    with socket.socket() as taken:
        # Connections of the stopped server may still be on their way out of that port.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", saved["postgres"]["port"]))
        taken.listen()
        assert services.start() == ["postgres", "valkey"]
    now = json.loads(services.addresses.read_text())
    assert now["postgres"]["port"] != saved["postgres"]["port"]
    assert now["valkey"] == saved["valkey"]
    assert _ask(services, "SELECT 1") == [(1,)]


def test_data_survives_the_loss_of_the_saved_password(services):
    _ask(services, "CREATE TABLE kept AS SELECT 7 AS n")
    old = services.database_url()
    services.addresses.unlink()
    services.start()
    assert _ask(services, "SELECT n FROM kept") == [(7,)]
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(old)


def test_nobody_enters_without_the_password(services):
    url = services.database_url()
    password = json.loads(services.addresses.read_text())["postgres"]["password"]
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace(password, "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(services.redis_url().replace("//:", "//:wrong")).ping()
    assert stat.S_IMODE(services.addresses.stat().st_mode) == 0o600
    assert stat.S_IMODE(services.home.stat().st_mode) == 0o700


def test_the_promised_settings_hold(services):
    wanted = {"fsync": "on", "wal_compression": "pglz", "password_encryption": "scram-sha-256"}
    for name, value in wanted.items():
        assert _ask(services, f"SHOW {name}") == [(value,)]
    config = _valkey(services).config_get("*")
    assert (config["appendonly"], config["maxmemory-policy"]) == ("yes", "noeviction")


def test_servers_outlive_the_process_that_started_them(tmp_path):
    folder = tmp_path / "private"
    script = (
        "import sys, pathlib; from marketplace.demo.embedded import Services;"
        "Services(pathlib.Path(sys.argv[1])).start(postgres=False)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, cwd=embedded.CHECKOUT)
    private = Services(folder)
    assert _valkey(private).ping()
    assert private.stop() == ["valkey"]
    private.remove()


def test_the_last_user_turns_off_the_light(services):
    guest = psycopg2.connect(services.database_url())
    assert services.stop_unless_used() == []
    guest.close()
    for _attempt in range(50):  # the server notices a moment later
        if services.stop_unless_used():
            break
    assert services.status() == {"postgres": None, "valkey": None}


def test_without_a_start_the_address_says_what_to_run(tmp_path):
    from environ import Env

    config = Env.db_url_config(Services(tmp_path).database_url())
    with pytest.raises(psycopg2.OperationalError, match=r"manage\.py services start"):
        psycopg2.connect(host=config["HOST"], dbname=config["NAME"])


def test_a_platform_without_a_wheel_is_named_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    monkeypatch.setattr(servers.platform, "machine", lambda: "riscv64")
    private = Services(tmp_path / "private")
    with pytest.raises(ServicesError, match="riscv64: set DATABASE_URL and REDIS_URL"):
        private.start()
    private.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend its programs")
def test_programs_that_the_unprivileged_user_cannot_reach_are_copied(tmp_path, monkeypatch):
    private = Services(tmp_path / "private")
    private.postgres.owner.own_folder(private.home)
    wheel = private.postgres.program("postgres")
    found = type(private.postgres.owner).can_run
    monkeypatch.setattr(
        type(private.postgres.owner), "can_run", lambda self, p: p != wheel and found(self, p)
    )
    copy = private.postgres.program("postgres")
    assert copy.is_relative_to(private.home)
    monkeypatch.undo()
    assert private.postgres.owner.can_run(copy)
    private.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="the folder is shared only where root starts")
def test_a_folder_that_somebody_else_put_there_is_refused(tmp_path):
    private = Services(tmp_path / "private")
    private.home.mkdir()  # root's, not the unprivileged user's
    with pytest.raises(ServicesError, match="belongs to somebody else"):
        private.start()
    private.home.rmdir()
