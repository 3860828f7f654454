"""What can go wrong, each as an act upon the running product that mends itself afterwards."""

import os
import random
import signal
import time
from collections.abc import Callable

from refunds.simulator.server import FAULTS as PROVIDER_FAULTS
from refunds.simulator.webhooks import MODES as WEBHOOK_MODES
from tests.proofs.running import READ_SECONDS, Running

Fault = Callable[[Running, random.Random], None]
DOWN = (0.1, 1.5)  # seconds until a supervisor has noticed


def _child_of(name: str) -> Fault:
    def kill_a_child(product: Running, dice: random.Random) -> None:
        children = product.children(name)
        if children:  # a worker that has only just come back has none yet
            os.kill(dice.choice(children), signal.SIGKILL)

    return kill_a_child


def _whole(name: str) -> Fault:
    def kill_it(product: Running, dice: random.Random) -> None:
        product.kill(name)
        time.sleep(dice.uniform(*DOWN))
        product.start(name)

    return kill_it


def _provider(kind: str) -> Fault:
    def misbehave(product: Running, dice: random.Random) -> None:
        product.provider.fail(*[kind] * dice.randint(1, 4), seconds=1.5 * READ_SECONDS)

    return misbehave


def _webhooks(mode: str) -> Fault:
    def tell_otherwise(product: Running, _dice: random.Random) -> None:
        product.send_webhooks(mode)

    return tell_otherwise


def postgres(product: Running, _dice: random.Random) -> None:
    product.restart_postgres()


def valkey(product: Running, _dice: random.Random) -> None:
    product.restart_valkey_empty()


def simulator(product: Running, _dice: random.Random) -> None:
    product.restart_provider()


def duplicates(product: Running, _dice: random.Random) -> None:
    """Every task of the moment twice again; a broker that is away hears nothing."""
    product.driver("ring_twice")


FAULTS: dict[str, Fault] = {
    "kill -9 of a child of the money worker": _child_of("money"),
    "kill -9 of a child of the other worker": _child_of("work"),
    "kill -9 of the money worker": _whole("money"),
    "kill -9 of the other worker": _whole("work"),
    "kill -9 of web": _whole("web"),
    "kill -9 of beat": _whole("beat"),
    "PostgreSQL restarted at once": postgres,
    "Valkey killed, restarted empty": valkey,
    "the provider killed and restarted": simulator,
    "tasks rung twice": duplicates,
}
FAULTS |= {f"the provider: {kind}": _provider(kind) for kind in sorted(PROVIDER_FAULTS)}
FAULTS |= {f"the provider's webhooks: {mode}": _webhooks(mode) for mode in sorted(WEBHOOK_MODES)}


def schedule(count: int, seed: int) -> list[str]:
    """Which faults, in which order: every one about as often as any other."""
    dice = random.Random(f"schedule/{seed}")
    names: list[str] = []
    while len(names) < count:
        turn = sorted(FAULTS)
        dice.shuffle(turn)
        names += turn
    return names[:count]
