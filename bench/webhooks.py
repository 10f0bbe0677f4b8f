"""Measure webhook intake in requests per second of a real server, in turns with a plain view that stores the body."""

import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from bench import processes
from bench.report import Report
from bench.size import IS_SMALL
from bench.stock.models import PlainDelivery
from kycportal.run import free_port
from submissions.models import Project, WebhookDelivery

TURNS = 2 if IS_SMALL else 9
EACH = 10 if IS_SMALL else 75
CLIENTS = 4
MINIMUM = 0.6


def measure() -> int:
    report = Report("Webhook intake")
    project = Project.objects.order_by("name")[0]
    token = project.new_webhook_token()
    project.save()
    before = WebhookDelivery.objects.count(), PlainDelivery.objects.count()
    rates: dict[str, list[float]] = {f"/webhooks/argos/{token}/": [], "/bench/keep/": []}
    with server() as port:
        for turn in range(TURNS + 1):
            for path, taken in rates.items():
                taken.append(_rate(port, path, turn))
    ours, bare = (taken[1:] for taken in rates.values())
    stored = (TURNS + 1) * EACH * CLIENTS
    assert WebhookDelivery.objects.count() - before[0] == stored
    assert PlainDelivery.objects.count() - before[1] == stored
    report.add(
        "webhooks: stored",
        statistics.median(ours),
        "1/s",
        spread=statistics.stdev(ours) / 2,
        against="a bare view that stores",
        reference=statistics.median(bare),
        at_least=MINIMUM,
    )
    return report.finish()


@contextmanager
def server() -> Iterator[int]:
    """Start the web process as the Procfile does."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "kycportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning"]
    healthz = f"http://127.0.0.1:{port}/healthz"
    with processes.running(command, lambda: requests.get(healthz, timeout=30), "the web process"):
        yield port


def _rate(port: int, path: str, turn: int) -> float:
    failed: list[int] = []
    clients = [threading.Thread(target=_post, args=(port, path, turn, number, failed)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    taken = time.perf_counter() - began
    assert not failed, failed
    return EACH * CLIENTS / taken


def _post(port: int, path: str, turn: int, number: int, failed: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for each in range(EACH):
        hint = {"trigger": "submit", "submission_id": f"{turn}-{number}-{each}", "kyc_status": "pending"}
        body = json.dumps({**hint, "data": "x" * 800})
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            failed.append(response.status)
