"""The whole portal as real processes, started as by `make run`, in a folder of its own."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from kycportal.run import free_port
from tests.sandbox import Control

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 240
API_TOKEN = """
import datetime
from submissions.api import tokens
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models.api_token import Scope
admin, team = User.objects.get(username="admin"), User.objects.get(username="agent").team
token, answer = tokens.create("Core banking", team, Project.objects.filter(name="Demo: standard"), scopes=Scope.values,
    networks=[], expires_at=clock.now() + datetime.timedelta(days=30), by=Actor(admin, admin.username))
"""


class Stack:
    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.password = secrets.token_urlsafe(8)
        self.port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.control = Control(f"http://127.0.0.1:{self.sandbox_port}/_control")
        (folder / "tmp").mkdir()
        self.clock_file = folder / "clock"
        self.clock_file.write_text("0")
        self.offset = 0.0
        self.log = (folder / "stack.log").open("w")
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder / "data"),
            "TMPDIR": str(folder / "tmp"),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "KYC_DEMO_PASSWORD": self.password,
            "DJANGO_SETTINGS_MODULE": "tests.settings_stack",
            "KYC_TEST_CLOCK": str(self.clock_file),
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self.sessions: dict[str, Any] = {}  # the cookies of each person who signed in, for the next test
        self.console: subprocess.Popen[str] | None = None
        command = [sys.executable, "-m", "kycportal.run"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def wait_until_ready(self) -> "Stack":
        started = time.monotonic()
        while time.monotonic() - started < READY_WITHIN:
            if self.process.poll() is not None:
                raise RuntimeError(f"the stack ended: {self.tail()}")
            if self._is_ready():
                return self
            time.sleep(0.2)
        raise RuntimeError(f"the stack is not ready: {self.tail()}")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as reply:
                return bool(json.load(reply))
        except (urllib.error.URLError, OSError):
            return False

    def tail(self) -> str:
        self.log.flush()
        return (self.folder / "stack.log").read_text()[-3000:]

    def move_clock(self, seconds: float) -> None:
        """Move the portal's clock and the sandbox's together."""
        self.offset += seconds
        self.clock_file.write_text(str(self.offset))
        self.control.advance(seconds)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def query(self, expression: str) -> Any:
        """Return the value of a Python expression in the portal's shell, as JSON."""
        return self.run(f"answer = {expression}")

    def run(self, code: str) -> Any:
        """Run code in the portal's shell, with the models imported; return what it assigns to `answer`, as JSON."""
        return self._ask({"code": code})

    def new_api_token(self) -> str:
        """Return the secret of a new access token with every scope."""
        return str(self.run(API_TOKEN))

    def file(self, cases: list[dict[str, Any]]) -> list[str]:
        """Create submissions with the portal's own actions (`tests.filing`); return their ids."""
        filed: list[str] = self._ask({"file": cases})
        return filed

    def _ask(self, question: dict[str, Any]) -> Any:
        """Send a question to the console; the first question starts it."""
        if self.console is None or self.console.poll() is not None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.log}
            command = [sys.executable, "-m", "tests.console"]
            self.console = subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, **pipes)  # type: ignore[call-overload]
        assert self.console.stdin is not None
        assert self.console.stdout is not None
        self.console.stdin.write(json.dumps(question) + "\n")
        self.console.stdin.flush()
        answer = json.loads(self.console.stdout.readline() or '{"problem": "the console ended; see the log"}')
        if "problem" in answer:
            raise RuntimeError(answer["problem"])
        return answer["value"]

    def stop(self) -> None:
        if self.console is not None:
            self.console.kill()
            self.console.communicate()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()
