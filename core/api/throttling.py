"""How often a program may call: per token, counted in Redis, open when Redis is away."""

import logging
import math
import time
from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60  # seconds
LONGEST_WAIT = 0.5  # seconds; a Redis that is away holds up no call for longer


class PerToken(BaseThrottle):
    """API_REQUESTS_PER_MINUTE in each clock minute, by an atomic counter; then 429 with
    Retry-After. Whoever has no token is counted by user, else by address."""

    def allow_request(self, request, view) -> bool:
        window = int(time.time()) // WINDOW
        try:
            calls = count(f"calls:{self._caller(request)}:{window}")
        except RedisError as error:
            logger.warning("Calls are not counted: %s", error)
            return True
        return calls <= settings.API_REQUESTS_PER_MINUTE

    def wait(self) -> int:
        return math.ceil(WINDOW - time.time() % WINDOW) or 1

    def _caller(self, request) -> str:
        actor = getattr(request, "actor", None)
        if actor and actor.token_id:
            return f"token:{actor.token_id}"
        if request.user and request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{self.get_ident(request)}"


def count(key: str) -> int:
    """How many calls the counter `key` has seen, this one included. Django's cache would take
    three commands; this takes one, and a second on a counter's first call. Raises RedisError."""
    calls = _counters().incr(key)
    if calls == 1:
        _counters().expire(key, 2 * WINDOW)
    return calls


@cache
def _counters() -> Redis:
    """Where calls are counted: beside the cache, without a retry, because a call waits for it."""
    return Redis.from_url(
        settings.CACHES["default"]["LOCATION"],
        socket_timeout=LONGEST_WAIT,
        socket_connect_timeout=LONGEST_WAIT,
        retry=Retry(NoBackoff(), 0),
    )
