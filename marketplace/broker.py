"""The broker's transport, without what it does anew for every message.

Kombu makes a Redis client for each message that it sends; making one takes four times as long as
sending does. A client is only a way to the channel's pool of connections, so one can stay.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class Channel(redis.Channel):
    _kept: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        """The client of the pool that stands now: after a lost connection that is another one."""
        if asynchronous:
            return super()._create_client(asynchronous=True)
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()
        return self._kept


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """From now on a `redis://` broker is spoken to through this transport."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:Transport"
