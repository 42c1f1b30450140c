"""Structured logs: one JSON line an event, with ids and never a name."""

import re
from typing import Any

import structlog

from clinic.shared.origin import without_secret

_OF_A_ROUTE = re.compile(r"[a-z0-9._-]*")


def _tell_no_secret(_logger: Any, _method: str, event: Any) -> Any:
    """Requests are told without what was typed into the address, and without its secret."""
    if isinstance(event.get("request"), str):
        method, _, address = event["request"].partition(" ")
        path = without_secret(address.partition("?")[0])
        event["request"] = f"{method} {'/'.join(map(_plain, path.split('/')))}"
    return event


def _plain(part: str) -> str:
    """A part of a path as our routes have them; anything else was typed by somebody."""
    return part if _OF_A_ROUTE.fullmatch(part) else "…"


_SHARED: list[Any] = [
    _tell_no_secret,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def logging_config(*, level: str) -> dict[str, Any]:
    """The `LOGGING` dictionary: everything through one structlog formatter to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": structlog.processors.JSONRenderer(),
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Every request is already logged once, with its id, by django_structlog.
            "django.server": {"level": "WARNING"},
            # It quotes whatever somebody typed as an address.
            "django.request": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    """Let structlog loggers hand their events to the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
