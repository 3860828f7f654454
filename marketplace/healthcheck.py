"""`python -m marketplace.healthcheck web|beat`: asked by the container's own health check.

Exit code 0 when healthy. Workers answer `celery inspect ping` instead.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

SECONDS_BEAT_MAY_BE_SILENT = 600  # it writes its schedule every three minutes


def web() -> bool:
    """Whether this container's web server answers, called by a name it accepts."""
    port = os.environ.get("WEB_BIND", ":8000").rpartition(":")[2]
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].lstrip("*.") or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz/", headers={"Host": name})
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def beat() -> bool:
    """Whether beat has written its schedule lately."""
    schedule = Path(__file__).resolve().parent.parent / ".local"
    written = [file.stat().st_mtime for file in schedule.glob("celerybeat-schedule*")]
    return bool(written) and time.time() - max(written) < SECONDS_BEAT_MAY_BE_SILENT


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "beat": beat}[sys.argv[1]]() else 1)
