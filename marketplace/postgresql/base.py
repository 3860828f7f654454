"""The connection's health, looked at without asking the server.

Before its first statement each call makes sure that the connection of the call before still stands
(CONN_HEALTH_CHECKS). Django asks `SELECT 1`, a fifth of what a short call asks at all. A server
that has ended a connection, or was ended itself, has said so on the wire or closed it: where
nothing waits to be read there, nothing has happened.
"""

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def close_if_health_check_failed(self) -> None:
        """Asks the server only where something waits to be read from it."""
        due = self.health_check_enabled and not self.health_check_done
        if due and self.connection is not None and self._is_quiet():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _is_quiet(self) -> bool:
        if self.connection.closed:
            return False
        waiting = poll()
        waiting.register(self.connection.fileno(), POLLIN)
        return not waiting.poll(0)
