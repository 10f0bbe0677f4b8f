"""One id from the browser's request through the task it wakes to the lines about the vendor call.

Taken from X-Request-ID where a proxy has set a usable one, else made here; given back in the reply, bound to every log
line, sent along with tasks. It names a request and tells nothing about anybody.
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
QUIET = ("healthz", "readyz", "metrics")  # asked every few seconds by machines


class RequestIdMiddleware:
    """Outermost, so that what every other middleware logs carries the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = usable(request.headers.get(HEADER, ""))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=given)
        started = time.monotonic()
        with traces.span(f"{request.method}", kind=traces.SERVER, within=request.headers) as span:
            response = self.get_response(request)
            traces.tell(span, route=route_of(request), status=response.status_code)
        response.headers[HEADER] = given
        _log(request, response, time.monotonic() - started)
        return response  # the id stays bound for what Django logs of the reply; the thread's next request begins anew


def usable(given: str) -> str:
    """The proxy's id, or a new one where it gave none or one that is not plainly an id."""
    return given if USABLE.fullmatch(given) else uuid.uuid4().hex


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The route and not the address: an address may name a customer's submission or hold a token."""
    if request.resolver_match is not None and request.resolver_match.url_name in QUIET:
        return
    told = {"method": request.method, "route": route_of(request), "status": response.status_code}
    log.info("request answered", extra={**told, "ms": round(seconds * 1000, 1)})


@setup_logging.connect
def _as_django_says(**_rest: Any) -> None:
    """Celery would set up logging of its own, and its --loglevel would silence our lines."""


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
    given = {"request": headers[TASK_HEADER]} if TASK_HEADER in headers else {}
    structlog.contextvars.bind_contextvars(task=task_id, **given)
    traces.begin_task(task.name, task_id, headers)


@task_postrun.connect
def _let_go(task_id: str = "", state: str = "", **_rest: Any) -> None:
    traces.end_task(task_id, state)
    structlog.contextvars.clear_contextvars()
