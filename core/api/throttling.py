"""How often a program may call: per token, counted in Redis, open when Redis is away."""

import logging
import math
import time

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)
WINDOW = 60  # seconds


class PerToken(BaseThrottle):
    """API_REQUESTS_PER_MINUTE in each clock minute, by an atomic counter; then 429 with
    Retry-After. Whoever has no token is counted by user, else by address."""

    def allow_request(self, request, view) -> bool:
        window = int(time.time()) // WINDOW
        key = f"calls:{self._caller(request)}:{window}"
        try:
            cache.add(key, 0, timeout=2 * WINDOW)
            calls = cache.incr(key)
        except (RedisError, ValueError) as error:  # ValueError: the key went away in between
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
