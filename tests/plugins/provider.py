"""The payment simulator as a process of the test run: `provider`, for any test that pays."""

import subprocess
import sys

import httpx
import pytest

PATIENCE = 0.5  # seconds: what a time-out costs a test


class Provider:
    """The simulator on a port of its own, and what a test wants to ask of it."""

    def __init__(self, journal, port: int = 0):
        self.journal_file = journal
        self.port = port
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "refunds.simulator"]
        command += ["--port", str(self.port), "--journal", str(self.journal_file)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        """kill -9; `start()` brings it back on the same port with the same journal."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def fail(self, *kinds: str, seconds: float = 3 * PATIENCE) -> None:
        """The next payments get these faults, one each."""
        self._post("/faults", {"queue": [{"kind": kind, "seconds": seconds} for kind in kinds]})

    def fail_by_chance(self, probability: float, seed: int, kinds: list[str]) -> None:
        chance = {"probability": probability, "seed": seed, "kinds": kinds}
        self._post("/faults", {"chance": chance | {"seconds": 3 * PATIENCE}})

    def send_webhooks(self, **how: object) -> None:
        """What becomes of a key is told to `url`, signed with `secret`, in this `mode`."""
        self._post("/webhooks", how)

    def behave(self) -> None:
        self._post("/faults", {})

    def _post(self, path: str, document: dict) -> None:
        httpx.post(f"{self.url}{path}", json=document, trust_env=False).raise_for_status()

    def journal(self, key=None) -> dict:
        """{"calls": […], "payouts": […], "payouts_per_key": {…}}, of one key or of all."""
        params = {"key": str(key)} if key else {}
        return httpx.get(f"{self.url}/journal", params=params, trust_env=False).json()

    def paid(self, *keys) -> int:
        """How much was really paid out under these keys, minor units."""
        wanted = {str(key) for key in keys}
        return sum(
            payout["amount"] for payout in self.journal()["payouts"] if payout["key"] in wanted
        )


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory):
    running = Provider(tmp_path_factory.mktemp("provider") / "journal.sqlite3")
    yield running
    running.kill()


@pytest.fixture
def provider(provider_process, settings):
    """A well-behaved provider that the settings point at; short time-outs."""
    settings.PAYMENT_GATEWAY = "simulator"
    settings.SIMULATOR_URL = provider_process.url
    settings.GATEWAY_CONNECT_SECONDS = settings.GATEWAY_READ_SECONDS = PATIENCE
    if provider_process.process.poll() is not None:
        provider_process.start()
    provider_process.behave()
    return provider_process
