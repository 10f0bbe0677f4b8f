"""`make run` before it starts anything: the sentences for what stands in its way, and what it would start."""

import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kycportal import run


def settings(folder: Path, **fields: Any) -> Any:
    return SimpleNamespace(**{"DATA_DIR": folder, "PORT": 8000, "SANDBOX_PORT": 8001, "ARGOS_BASE_URL": "", **fields})


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "")


def test_everything_is_started_here(tmp_path: Path) -> None:
    commands = run.processes(settings(tmp_path))
    assert list(commands) == ["broker", "sandbox", "worker", "beat", "web"]
    assert os.environ["REDIS_URL"].startswith("redis://:")
    for name in ("redis-url", "broker/broker.conf"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert not any(os.environ["REDIS_URL"] in part for command in commands.values() for part in command)


def test_given_broker_and_vendor_are_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    assert list(run.processes(settings(tmp_path, ARGOS_BASE_URL="https://vendor/v3"))) == ["worker", "beat", "web"]


def test_second_start_on_the_same_data_is_refused_in_words(tmp_path: Path) -> None:
    with run.only_one(tmp_path), pytest.raises(run.CannotStart, match="running already"):
        run.only_one(tmp_path)


def test_used_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(run.CannotStart, match=f"port {port} is in use.*set PORT"):
            run.check_free(port)


def test_missing_broker_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(run, "get_binary_path", absent)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    with pytest.raises(run.CannotStart, match="Install redis-server"):
        run.broker_binary()
    monkeypatch.setattr(run.shutil, "which", lambda name: "/usr/bin/redis-server" if name == "redis-server" else None)
    assert run.broker_binary() == "/usr/bin/redis-server"
