"""Liveness and readiness for load balancers and `make run`, without sign-in and personal data."""

import threading
import time
from collections.abc import Callable

import redis
from celery import shared_task
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from submissions.core import redis_client

HEARTBEAT = "kycportal:heartbeat"
HEARTBEAT_GOOD_FOR = 60  # seconds
SELDOM = 10  # seconds
PROBE_NAME = "readyz-probe"


def broker() -> "redis.Redis":
    """Return a separate client, which ignores the circuit breaker of the process."""
    return redis_client.connect(timeout=2)


@shared_task
def note_heartbeat() -> None:
    """Store a heartbeat: beat sends the task and a worker runs it, so the key proves that both and the broker work."""
    broker().set(HEARTBEAT, str(time.time()), ex=HEARTBEAT_GOOD_FOR)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 if every part works, else 503; the body has "ok" or the fault of each part.

    `?only=database` checks one part (or several, separated by commas), for load balancers: pages work without a worker,
    and a balancer must not remove a host because of a fault that all hosts share.
    """
    names = [name for name in request.GET.get("only", "").split(",") if name in CHECKS] or list(CHECKS)
    parts = {name: _try(CHECKS[name]) for name in names}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if ready else 503)


def _try(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # every kind of fault is an answer here
        return f"{type(error).__name__}"
    return "ok"


class NotReady(Exception):
    """A part responds, but not as it must."""


def _database() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are waiting")


def _broker() -> None:
    broker().ping()


def _worker_and_beat() -> None:
    if not broker().exists(HEARTBEAT):
        raise NotReady("no heartbeat")


def probe_storage() -> Storage:
    """Return the storage of the images for probes, with short timeouts if it has them."""
    storage: Storage = getattr(default_storage, "for_probe", default_storage)
    return storage


def _storage() -> None:
    storage = probe_storage()
    storage.delete(storage.save(PROBE_NAME, ContentFile(b"probe")))


def _seldom(check: Callable[[], None]) -> Callable[[], None]:
    """Run the check at most once per `SELDOM` seconds and process, because anybody may request it."""
    lock = threading.Lock()
    last: list[tuple[float, Exception | None]] = []

    def asked() -> None:
        with lock:
            if not last or time.monotonic() - last[0][0] > SELDOM:
                last[:] = [(time.monotonic(), _fault_of(check))]
            fault = last[0][1]
        if fault:
            raise fault.with_traceback(None)

    return asked


def _fault_of(check: Callable[[], None]) -> Exception | None:
    try:
        check()
    except Exception as fault:  # every kind of fault is an answer here
        return fault
    return None


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "worker_and_beat": _worker_and_beat,
    "storage": _seldom(_storage),
}
