"""How the portal logs: one JSON line an event, ids only, everything through redaction.

`portal.settings` and `gunicorn.conf.py` use it, so that the server's own lines pass the same redaction as ours. If a
handler is added anywhere without the filter, secrets can reach a disk: `tests/functional/test_canaries.py` looks.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog

from portal.base.redaction import RedactingFilter, redact_event
from portal.base.streaming import StreamBroken

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    redact_event,
]
_JSON = {
    "()": structlog.stdlib.ProcessorFormatter,
    "foreign_pre_chain": _SHARED,
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ],
}


class BrokenStreams(logging.Filter):
    """Keeps the server's tracebacks of streams that broke off out: `GuardedStream` has written one line with its ids.

    The server's socket has a time limit only while such a stream flows (`streaming.limit_stalls`).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or not issubclass(kind, (StreamBroken, TimeoutError))


def logging_config(*, level: str) -> dict[str, Any]:
    """Build the dictConfig for standard output, for our own loggers and everybody else's."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": RedactingFilter}, "broken-streams": {"()": BrokenStreams}},
        "formatters": {"json": _JSON},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["redact"]}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            # Its error mails would carry request data; its lines come through root.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # gunicorn would print its own lines past our redaction.
            "gunicorn.error": {
                "handlers": ["out"],
                "level": level,
                "propagate": False,
                "filters": ["broken-streams"],
            },
            "gunicorn.access": {"handlers": ["out"], "level": "WARNING", "propagate": False},
            # Prints whole URLs at debug level.
            "urllib3": {"level": "WARNING"},
        },
    }
