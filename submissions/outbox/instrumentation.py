"""Write a log line, a count and a span for every exchange with the vendor: its operation and outcome only."""

import logging
import time

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from argos.client import Exchange
from submissions.core import metrics

log = logging.getLogger(__name__)

_tracer = trace.get_tracer(__name__)


def note(exchange: Exchange) -> None:
    metrics.took("vendor", exchange.seconds, exchange.operation, answer_of(exchange))
    milliseconds = round(exchange.seconds * 1000, 1)
    fields = {"operation": exchange.operation, "answer": answer_of(exchange), "ms": milliseconds}
    log.info("vendor asked", extra=fields)
    _span(exchange)


def answer_of(exchange: Exchange) -> str:
    """Return "2xx", "4xx", ... if there was a reply; else "undelivered" or "unknown"."""
    return f"{exchange.status // 100}xx" if exchange.status else exchange.failure


def _span(exchange: Exchange) -> None:
    """Create the span after the exchange, with its times, so that tracing cannot delay or break it."""
    ended = time.time_ns()
    began = ended - int(exchange.seconds * 1e9)
    span = _tracer.start_span(f"vendor {exchange.operation}", kind=SpanKind.CLIENT, start_time=began)
    span.set_attributes({"kyc.operation": exchange.operation, "kyc.answer": answer_of(exchange)})
    if exchange.failure:
        span.set_status(Status(StatusCode.ERROR, exchange.failure))
    span.end(ended)
