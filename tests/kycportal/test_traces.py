"""Spans reach a collector over HTTP, with routes and operations and nothing else.

In a process of its own: the SDK is set once for good.
"""

import os
import subprocess
import sys
import tempfile

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from kycportal import traces
from tests.stack import ROOT

SCRIPT = """
import django
django.setup()
from types import SimpleNamespace
from django.test import Client
from opentelemetry import trace
from argos.client import Exchange
from kycportal import request_ids, traces
from submissions.outbox import instrumentation as exchanges
traces.start_if_configured()
Client(headers={"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}).get("/nothing/kim@example.com/?q=kim")
sent = {}
with traces._tracer.start_as_current_span("POST"):
    request_ids._send_along(headers=sent)
task = SimpleNamespace(name="submissions.tasks.x", request=SimpleNamespace(headers=sent))
request_ids._bind(task=task, task_id="t1")
exchanges.note(Exchange("step2", 0.25, failure="unknown"))
request_ids._let_go(task_id="t1", state="FAILURE")
trace.get_tracer_provider().force_flush()
"""

NAMES = ("GET (no such address)", "task submissions.tasks.x", "vendor step2")


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        command = [sys.executable, "-c", SCRIPT]
        return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_spans_arrive_and_hold_nothing_personal(httpserver: HTTPServer) -> None:
    bodies: list[bytes] = []

    def take(request: Request) -> Response:
        bodies.append(request.get_data())
        return Response(b"", content_type="application/x-protobuf")

    httpserver.expect_request("/v1/traces").respond_with_handler(take)
    run(OTEL_EXPORTER_OTLP_ENDPOINT=httpserver.url_for(""), OTEL_EXPORTER_OTLP_COMPRESSION="none")
    spans = {}
    for body in bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            spans |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    request, task, vendor = (
        spans[name] for name in ("GET (no such address)", "task submissions.tasks.x", "vendor step2")
    )
    assert request.trace_id.hex() == "a" * 32
    assert task.parent_span_id == spans["POST"].span_id
    assert vendor.parent_span_id == task.span_id
    assert vendor.end_time_unix_nano - vendor.start_time_unix_nano == pytest.approx(0.25e9, rel=0.01)
    assert task.status.code == vendor.status.code == 2
    assert {pair.key for pair in vendor.attributes} == {"kyc.operation", "kyc.answer"}
    assert not any(b"kim" in body for body in bodies)


def test_nothing_is_loaded_without_a_collector() -> None:
    traces.start_if_configured()
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
