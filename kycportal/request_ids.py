"""One id from the browser's request through the task it wakes to the log lines about the vendor call.

It is the X-Request-ID of a proxy if that is valid, else a new one. It is returned in the response, bound to every log
line and sent with tasks. It names a request and reveals nothing about a person.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse

from kycportal import traces
from kycportal.logs import route_of

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
TASK_HEADER = "request_id"
USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")
QUIET = ("healthz", "readyz", "metrics")  # requested every few seconds by machines


class RequestIdMiddleware:
    """Bind the id of the request. It is the outermost middleware, so that the log lines of all others have the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = usable(request.headers.get(HEADER, ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        started = time.monotonic()
        with traces.span(f"{request.method}", kind=traces.SERVER, within=request.headers) as span:
            response = self.get_response(request)
            traces.set_response(span, route=route_of(request), status=response.status_code)
        response.headers[HEADER] = request_id
        _log(request, response, time.monotonic() - started)
        return response  # the id stays bound for Django's log lines; the thread's next request replaces it


def usable(request_id: str) -> str:
    """Return the proxy's id, or a new one if it is missing or invalid."""
    return request_id if USABLE.fullmatch(request_id) else uuid.uuid4().hex


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Log the route and not the URL, which may name a submission or contain a token."""
    if request.resolver_match is not None and request.resolver_match.url_name in QUIET:
        return
    fields = {"method": request.method, "route": route_of(request), "status": response.status_code}
    log.info("request answered", extra={**fields, "ms": round(seconds * 1000, 1)})


@setup_logging.connect
def _as_django_says(**_rest: Any) -> None:
    """Keep Django's logging: Celery would configure its own, and its --loglevel would hide our lines."""


@before_task_publish.connect
def _send_along(headers: dict[str, Any] | None = None, **_rest: Any) -> None:
    bound = structlog.contextvars.get_contextvars()
    if headers is not None:
        if "request" in bound:
            headers[TASK_HEADER] = bound["request"]
        traces.send_along(headers)


@task_prerun.connect
def _bind(task: Any = None, task_id: str = "", **_rest: Any) -> None:
    headers = getattr(task.request, "headers", None) or {}
    structlog.contextvars.clear_contextvars()
    ids = {"request": headers[TASK_HEADER]} if TASK_HEADER in headers else {}
    structlog.contextvars.bind_contextvars(task=task_id, **ids)
    traces.begin_task(task.name, task_id, headers)


@task_postrun.connect
def _let_go(task_id: str = "", state: str = "", **_rest: Any) -> None:
    traces.end_task(task_id, state)
    structlog.contextvars.clear_contextvars()
