"""`python -m kycportal.healthcheck web|worker|beat`: exit code 0 if this container's process works.

A container runtime starts it regularly; the image has no curl. A fault is one line on stderr.
"""

import http.client
import sys
from collections.abc import Callable

from django.conf import settings

from kycportal import celery as _settings_module  # noqa: F401  it names the settings
from kycportal import health, workers
from kycportal.https import host_of

TIMEOUT = 5.0  # seconds


class NotWorking(Exception):
    """The process does not do its work."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(f"usage: python -m kycportal.healthcheck {'|'.join(CHECKS)}", file=sys.stderr)
        return 2
    try:
        CHECKS[arguments[0]]()
    except Exception as error:  # every kind of fault is an answer here
        print(f"{arguments[0]}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def web() -> None:
    """Request /healthz with the host name of the public address, which ALLOWED_HOSTS contains."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=TIMEOUT)
    connection.request("GET", "/healthz", headers={"Host": host_of(settings.PUBLIC_URL)})
    status = connection.getresponse().status
    if status != 200:
        raise NotWorking(f"/healthz answers {status}")


def worker() -> None:
    if not workers.is_on_this_host():
        raise NotWorking(f"no report from this host within {workers.VALID_FOR:.0f} s")


def beat() -> None:
    """Look for the heartbeat: one beat, of any host, sends it through Redis, and a worker stores it."""
    if not health.broker().exists(health.HEARTBEAT):
        raise NotWorking(f"no heartbeat within {health.HEARTBEAT_GOOD_FOR} s")


CHECKS: dict[str, Callable[[], None]] = {"web": web, "worker": worker, "beat": beat}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
