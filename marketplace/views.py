"""Pages that belong to no app: health for machines, and what to say to an expired form."""

import hmac

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from marketplace.invariants import alarm


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """Whether this process answers: for the container's health check. Asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request):
    """Whether this process can work: 200, or 503 naming the server that does not answer."""
    found = {"database": _database_answers(), "redis": _redis_answers()}
    words = {name: "ok" if up else "down" for name, up in found.items()}
    return JsonResponse(words, status=200 if all(found.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    ) as client:
        try:
            return client.ping()
        except redis.RedisError:
            return False


@login_not_required
@never_cache
@require_safe
def metrics(request):
    """Prometheus metrics for who presents METRICS_TOKEN as bearer; without the setting, 404."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    answer = ExportToDjangoView(request)
    answer.write(alarm.metrics())
    return answer


@login_not_required
def csrf_failure(request, reason=""):
    """The answer to a form whose token is missing or too old. `reason` is for logs only."""
    return render(request, "403_csrf.html", status=403)
