"""How the log looks: one JSON object per line in production, readable lines elsewhere.

No personal data and no secrets: addresses are logged without their query (searches hold names and
e-mails, signed links hold tokens), client addresses not at all.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def without_query(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cut `request="GET /owner/orders/?q=ana@example.com"` at the question mark."""
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    event.pop("ip", None)
    return event


def logging_config(*, json: bool, level: str) -> dict:
    """Configure structlog and return Django's LOGGING, both writing the same lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            without_query,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Plain tracebacks both: pretty ones print local variables, and with them people's data.
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    as_json = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *(as_json if json else [plain]),
                ],
                "foreign_pre_chain": [*SHARED, without_record_request],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would say it again (and by mail).
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": logging.ERROR},  # refusals stand in request_finished
            "httpx": {"level": logging.WARNING},  # names full addresses
            "celery.worker.strategy": {"level": logging.WARNING},  # "Task … received"
        },
    }


def without_record_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Leave out the request object that Django hangs on its own log records."""
    event.pop("request", None)
    return event
