"""The broker's transport, in two things other than kombu's own.

Kombu makes a Redis client for each message that it sends; making one takes four times as long as
sending does. A client is only a way to the channel's pool of connections, so one can stay.

After the broker was lost, kombu closes a channel when its connection is already forgotten. Giving
back what the channel had not finished then ended the whole worker (an AttributeError, which Celery
takes for a fault of ours and not for a lost broker).
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class Channel(redis.Channel):
    _kept: Any = None
    _known: dict[str, Any] | None = None

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """How to reach the broker; when the connection is forgotten, as it was last."""
        if asynchronous:
            return super()._connparams(asynchronous=True)
        if self.connection.client is not None or self._known is None:
            self._known = super()._connparams()
        return dict(self._known)

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
