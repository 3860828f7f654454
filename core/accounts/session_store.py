"""Django's sessions in rows, read by a statement of our own: every page asks for one."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from core.statements import fetched_one

_LIVE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Writing, ending and forgetting are Django's."""

    def load(self) -> dict[str, Any]:
        found = fetched_one(_LIVE, [self.session_key, timezone.now()], often=True)
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])
