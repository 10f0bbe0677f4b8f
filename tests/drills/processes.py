"""The portal's processes in a drill: started as by `make run`, then killed, frozen and restarted one by one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.sandbox import KEY, Control
from tests.stack import ROOT

READY_WITHIN = 240
CELERY = [sys.executable, "-m", "celery", "-A", "kycportal"]
WORKER = [*CELERY, "worker", "--pool", "threads", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]
WEB = [sys.executable, "-m", "gunicorn", "kycportal.wsgi", "--preload", "--worker-class", "gthread", "--threads", "4"]
# Linux ends such a process together with its parent, even if the parent is killed and cannot clean up.
TIE = ["setpriv", "--pdeathsig", "KILL"]


def tied(command: list[str]) -> list[str]:
    return [*TIE, *command] if shutil.which(TIE[0]) else command


class Processes:
    """`environment`: of this process. The PostgreSQL connections of a worker have the name `worker`."""

    def __init__(
        self, folder: Path, broker: list[str], webhook_url: str, *, workers: int = 2, threads: int = 8
    ) -> None:
        self.folder = folder
        port, sandbox_port = os.environ["PORT"], os.environ["SANDBOX_PORT"]
        self.url, self.sandbox_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}"
        self.control = Control(f"{self.sandbox_url}/_control")
        self.workers = [f"worker{number}" for number in range(1, workers + 1)]
        sandbox = [sys.executable, "-m", "argos.sandbox", "--port", sandbox_port, "--webhook", f"{KEY}={webhook_url}"]
        self.commands: dict[str, list[str]] = {
            "broker": broker,
            "sandbox": sandbox,
            **{name: [*WORKER, "--concurrency", str(threads), "-n", f"{name}@drill"] for name in self.workers},
            "beat": BEAT,
            "web": [*WEB, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
        }
        self.urls = {"web": self.url}
        self.hosts: dict[str, dict[str, str]] = {}  # the differences of a process on a separate host
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def add_web(self, name: str, port: int) -> None:
        self.urls[name] = f"http://127.0.0.1:{port}"
        self.commands[name] = [*WEB, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
        self.put_on_own_host(name)
        self.start(name)

    def put_on_own_host(self, name: str) -> None:
        """Give it a DATA_DIR of its own from its next start on; the images stay where they are."""
        media = f"file://{os.environ['DATA_DIR']}/media"
        self.hosts[name] = {"DATA_DIR": str(self.folder / name), "STORAGE_URL": media}

    def answers(self, name: str) -> bool:
        """Return whether this web server can serve pages, as a balancer checks."""
        return _answers(f"{self.urls[name]}/readyz?only=database")

    def start_all(self) -> None:
        for name in self.commands:
            self.start(name)
        self.wait_until_ready()

    def start(self, name: str, as_: str = "") -> None:
        """Start a process. `as_`: the name of a second process with the same command."""
        with (self.folder / f"{as_ or name}.log").open("ab") as log:
            self.running[as_ or name] = subprocess.Popen(
                tied(self.commands[name]),
                cwd=ROOT,
                env=self._environment(name),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, name: str) -> dict[str, str]:
        environment = dict(os.environ) | self.hosts.get(name, {})
        if name in self.workers and environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] += "?application_name=worker"
        return environment

    def kill(self, name: str) -> None:
        """Send SIGKILL to the process and its children, so that nothing is cleaned up."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def signal(self, name: str, number: int) -> None:
        os.killpg(self.running[name].pid, number)

    def restart(self, name: str, **environment: str) -> None:
        """Restart a process. `environment`: changes from now on."""
        self.hosts[name] = self.hosts.get(name, {}) | environment
        self.kill(name)
        self.start(name)

    def mend(self) -> None:
        """Start every process that does not run, as a supervisor would."""
        for name in self.commands:
            if name not in self.running or self.running[name].poll() is not None:
                self.start(name)

    def ended(self) -> list[str]:
        """Return processes that ended unexpectedly."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def wait_until_ready(self) -> None:
        started = time.monotonic()
        while time.monotonic() - started < READY_WITHIN:
            if ended := self.ended():
                raise RuntimeError(f"{ended} ended: {self.tail(ended[0])}")
            if _answers(f"{self.url}/readyz"):
                return
            time.sleep(0.2)
        raise RuntimeError(f"the portal is not ready: {self.tail('web')}")

    def tail(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def stop_all(self) -> None:
        for name in list(self.running):
            if self.running[name].poll() is None:
                self.kill(name)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False


class Clock:
    """The portal's clock (a file that every process reads) and the sandbox's (by its control API), in seconds ahead."""

    def __init__(self, file: Path, control: Control) -> None:
        self.file, self.control = file, control
        self.portal = float(file.read_text() or 0)

    def advance(self, seconds: float) -> None:
        """Advance both, as close together as two processes allow."""
        self.control.advance(seconds)
        self.move_portal(seconds)

    def move_portal(self, seconds: float) -> None:
        """Change only the portal's clock."""
        self.portal += seconds
        written = self.file.with_suffix(".new")
        written.write_text(str(self.portal))
        written.replace(self.file)
