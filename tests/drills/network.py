"""Drills on the network of a portal without a proxy, started as in the Procfile."""

import sys
import time
from typing import TYPE_CHECKING

import requests

from kycportal.run import free_port
from tests.drills.catalogue import drill
from tests.slow_clients import page_times, slow_clients

if TYPE_CHECKING:
    from tests.drills.scene import Scene

OPEN = "web-open"
SLOW = 50
PAGES = ("/accounts/login/", "/phone/", "/healthz")
AT_MOST = 1.0  # maximum seconds for a page


@drill()
def slow_clients_outside(scene: "Scene") -> None:
    """Send half requests from 50 addresses repeatedly; a normal user's pages must stay under 1 s."""
    port = free_port()
    add_open_web(scene, port)
    urls = [f"http://127.0.0.1:{port}{path}" for path in PAGES]
    taken: list[float] = []
    for _turn in scene.fault_rounds(0, jump=0):
        with slow_clients(port, SLOW, addresses=SLOW), requests.Session() as user:
            taken += page_times(user, urls, 3)
    slowest = max(taken)
    scene.notes["slowest page beside 50 slow clients (s)"] = round(slowest, 3)
    scene.must_not["pages over 1 s beside 50 slow clients"] = [f"{took:.2f} s" for took in taken if took > AT_MOST]


def add_open_web(scene: "Scene", port: int) -> None:
    """Start a web server on all addresses of this host, with the worker that reads within deadlines."""
    command = [sys.executable, "-m", "gunicorn", "kycportal.wsgi", "--bind", f"0.0.0.0:{port}", "--preload"]
    command += ["--worker-class", "kycportal.listener.Worker", "--threads", "8", "--log-level", "warning"]
    scene.processes.commands[OPEN] = command
    scene.processes.start(OPEN)
    started = time.monotonic()
    while not answers(port):
        if time.monotonic() - started > 60:
            raise RuntimeError(f"the open web server is not ready: {scene.processes.tail(OPEN)}")
        time.sleep(0.2)


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
