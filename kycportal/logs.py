"""Format log lines: JSON for machines, plain text for a terminal, with the same ids and never with personal values.

Ids that a request, a task or a call binds with structlog (`request`, `task`, `call`, `operation`) are on every line
logged. A traceback on a JSON line has code locations and error types, not messages, which may quote data.
"""

import logging
import traceback
from smtplib import SMTPException
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from structlog.types import EventDict, ExcInfo

from argos.errors import VendorError

FORMS = ("json", "plain")
PLAIN_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s%(ids)s"
# Errors whose message names a host, a file or a setting, never a person.
TELLABLE = (VendorError, OSError, OperationalError, ImproperlyConfigured)
NOT_TELLABLE = (SMTPException,)  # an OSError that quotes the recipient
PLACES = 12
GUNICORN = "gunicorn.error"  # all its messages; the access log is off
# The lines of each request and exchange are for machines; a terminal shows only lines that need attention.
MANY_LINES = (
    "kycportal.request_ids",
    "submissions.outbox.instrumentation",
    "submissions.outbox",
    "submissions.vendor_sync",
)


def config(form: str) -> dict[str, Any]:
    """Return Django's LOGGING for LOG_FORMAT."""
    if form not in FORMS:
        raise ImproperlyConfigured(f"LOG_FORMAT={form} is neither json nor plain.")
    loggers: dict[str, dict[str, Any]] = {"celery": {"level": "WARNING"}, "py.warnings": {"level": "WARNING"}}
    if form == "plain":
        loggers |= {name: {"level": "WARNING"} for name in MANY_LINES}
    else:
        # gunicorn adds its own handler for plain text; --log-level still sets the level.
        loggers[GUNICORN] = {"handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"routes": {"()": Routes}, "ids": {"()": Ids}},
        "formatters": {
            "plain": {"format": PLAIN_LINE},
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": BEFORE,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, AS_JSON],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["routes", "ids"]}},
        "loggers": loggers,
        "root": {"handlers": ["stderr"], "level": "INFO"},
    }


class Routes(logging.Filter):
    """Replace the URL of a failed request, which may contain a token, by its route."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == path else arg for arg in record.args)
        if record.name == GUNICORN and record.msg == "Error handling request %s":
            record.args = ("(its address is left out)",)
        return True


class Ids(logging.Filter):
    """Append the bound ids to plain lines in brackets."""

    def filter(self, record: logging.LogRecord) -> bool:
        bound = structlog.contextvars.get_contextvars()
        record.ids = f" [{' '.join(f'{name}={value}' for name, value in bound.items())}]" if bound else ""
        return True


def route_of(request: Any) -> str:
    """Return the URL pattern of the request (`submissions/<uuid:pk>/`), or that none matched."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(no such address)"


def error_without_values(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Replace `exc_info` by `error` (types, outermost last) and `where` (file:line function, innermost last)."""
    exc_info: ExcInfo | None = line.pop("exc_info", None)
    if not exc_info or not isinstance(exc_info, tuple) or exc_info[1] is None:
        return line
    error: BaseException | None = exc_info[1]
    frames = traceback.extract_tb(exc_info[2])[-PLACES:]
    line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    kinds: list[str] = []
    while error is not None and len(kinds) < PLACES:
        kinds.append(f"{type(error).__name__}: {error}" if _is_tellable(error) else type(error).__name__)
        error = error.__cause__ or error.__context__
    line["error"] = kinds
    return line


def _is_tellable(error: BaseException) -> bool:
    return isinstance(error, TELLABLE) and not isinstance(error, NOT_TELLABLE)


BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=("route", "method", "status", "ms", "operation", "answer", "state", "code")),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.CallsiteParameterAdder([structlog.processors.CallsiteParameter.PROCESS]),
    error_without_values,
]
AS_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)
