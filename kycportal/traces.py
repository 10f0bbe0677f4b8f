"""OpenTelemetry traces, if OTEL_EXPORTER_OTLP_ENDPOINT names a collector; else nothing is loaded.

The portal creates spans for a request, a task and an exchange with the vendor. The instrumentation packages are not
used, because they store URLs with queries and send our trace id to the vendor. A span contains a route, a task name or
an operation, a status and times, and nothing else.
"""

import atexit
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from opentelemetry import context, propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

SERVER = SpanKind.SERVER
_tracer = trace.get_tracer("kycportal")
_running: dict[str, tuple[trace.Span, Any]] = {}  # by task id, in this process


def start_if_configured() -> None:
    if settings.OTEL_ENDPOINT:
        start(settings.OTEL_ENDPOINT)


def start(endpoint: str) -> None:
    """Send spans to the collector from now on, in batches from a thread; the SDK reads the other OTEL_* variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource({"service.name": "kyc-portal"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    atexit.register(provider.shutdown)


@contextmanager
def span(name: str, *, kind: SpanKind, within: Mapping[str, str]) -> Iterator[trace.Span]:
    """Create a span. `within`: headers that may contain its trace; of an error, the span records only the type."""
    parent = propagate.extract(within)
    with _tracer.start_as_current_span(
        name, parent, kind=kind, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def set_response(made: trace.Span, *, route: str, status: int) -> None:
    method = getattr(made, "name", "")
    made.update_name(f"{method} {route}")
    made.set_attributes({"http.route": route, "http.request.method": method, "http.response.status_code": status})
    if status >= 500:
        made.set_status(Status(StatusCode.ERROR))


def send_along(headers: MutableMapping[str, Any]) -> None:
    propagate.inject(headers)


def begin_task(name: str, task_id: str, headers: Mapping[str, Any]) -> None:
    texts = {key: value for key, value in headers.items() if isinstance(value, str)}
    made = _tracer.start_span(f"task {name}", propagate.extract(texts), kind=SpanKind.CONSUMER)
    _running[task_id] = (made, context.attach(trace.set_span_in_context(made)))


def end_task(task_id: str, state: str) -> None:
    if task_id not in _running:
        return
    made, token = _running.pop(task_id)
    if state == "FAILURE":
        made.set_status(Status(StatusCode.ERROR))
    made.end()
    context.detach(token)
