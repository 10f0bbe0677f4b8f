"""What is noted of every exchange with the vendor: a log line, a count, a span. Operation and outcome, no more."""

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
    told = {"operation": exchange.operation, "answer": answer_of(exchange), "ms": milliseconds}
    log.info("vendor asked", extra=told)
    _span(exchange)


def answer_of(exchange: Exchange) -> str:
    """ "2xx", "4xx", ... where something came back; else "undelivered" or "unknown"."""
    return f"{exchange.status // 100}xx" if exchange.status else exchange.failure


def _span(exchange: Exchange) -> None:
    """Made afterwards with the times it had: nothing stands in the way of the exchange itself."""
    ended = time.time_ns()
    began = ended - int(exchange.seconds * 1e9)
    span = _tracer.start_span(f"vendor {exchange.operation}", kind=SpanKind.CLIENT, start_time=began)
    span.set_attributes({"kyc.operation": exchange.operation, "kyc.answer": answer_of(exchange)})
    if exchange.failure:
        span.set_status(Status(StatusCode.ERROR, exchange.failure))
    span.end(ended)
