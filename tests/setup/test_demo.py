"""The processes of the demo: started together, stopped together, never left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from marketplace.demo import embedded, launch
from marketplace.demo.servers import command_line

# Each stand-in names the checkout in its command line, as the real processes do.
SLEEP = f"{sys.executable} -c 'import time; time.sleep(300)' {embedded.CHECKOUT}"
ANSWER = f"{sys.executable} -m http.server --bind 127.0.0.1 {{port}}"
LAUNCHER = """
import pathlib, sys
from marketplace.demo import launch
launch.PIDS = pathlib.Path(sys.argv[1])
sys.exit(launch.run(dict(pair.split("=", 1) for pair in sys.argv[3:]), {"base_url": sys.argv[2]}))
"""


@pytest.fixture
def launched(tmp_path):
    """Starts a launcher with these processes and waits until they have written their ids."""
    started = []

    def launched(**commands):
        address = f"http://127.0.0.1:{embedded.free_port()}"
        arguments = [tmp_path / "pids", address, *(f"{n}={c}" for n, c in commands.items())]
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, *arguments],
            cwd=embedded.CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        _wait_for(lambda: len(_pids(tmp_path)) == len(commands))
        return process

    yield launched
    for process in started:
        process.kill()
    for pid in _pids(tmp_path):
        if command_line(pid):
            os.kill(pid, signal.SIGKILL)


def _pids(folder):
    file = folder / "pids"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def _wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited 20 seconds"
        time.sleep(0.05)


def test_a_process_that_dies_stops_the_others_and_is_named(launched, tmp_path):
    process = launched(work=SLEEP, payments=SLEEP)
    work, payments = _pids(tmp_path)
    os.kill(payments, signal.SIGKILL)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "because work stopped" in output or "because payments stopped" in output
    assert not command_line(work)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_person_stops_all_of_them(launched, tmp_path, number):
    process = launched(work=SLEEP, payments=SLEEP)
    pids = _pids(tmp_path)
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert not any(command_line(pid) for pid in pids)


def test_the_next_start_stops_what_a_killed_launcher_left(launched, tmp_path, monkeypatch):
    process = launched(work=SLEEP)
    (orphan,) = _pids(tmp_path)
    _wait_for(lambda: "time.sleep" in command_line(orphan))
    process.kill()
    process.wait()
    assert command_line(orphan)
    monkeypatch.setattr(launch, "PIDS", tmp_path / "pids")
    launch.stop_leftovers()
    assert not command_line(orphan)


def test_a_process_id_used_again_by_somebody_else_is_left_alone(tmp_path, monkeypatch):
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", start_new_session=True)
    (tmp_path / "pids").write_text(f"{stranger.pid}\n")
    monkeypatch.setattr(launch, "PIDS", tmp_path / "pids")
    launch.stop_leftovers()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_taken_port_is_named_with_the_way_out():
    with embedded.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(launch.CannotStart, match=f"Port {port} .* DEMO_PORT="):
            launch.refuse_taken(port)
