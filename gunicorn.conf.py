"""The web server, in the image and in the demo. `WEB_*` variables are its settings."""

import gc
import os
import shutil

if metrics := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # one file per worker, none of old ones
    shutil.rmtree(metrics, ignore_errors=True)
    os.makedirs(metrics)

wsgi_app = "marketplace.wsgi:application"
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "sync"  # measured: threads render templates 2.2 times slower
timeout = 30
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
preload_app = True  # once through the imports, shared memory
errorlog = "-"
loglevel = os.environ.get("WEB_LOG_LEVEL", "info")


def when_ready(server):
    """What is loaded once is never garbage: workers need not walk it, nor copy its pages."""
    gc.collect()
    gc.freeze()


def child_exit(server, worker):
    """Forget the gauges of a worker that is gone."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
