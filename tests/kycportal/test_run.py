"""`make run` before it starts anything: its messages about obstacles, and the commands that it would start."""

import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kycportal import run
from submissions.accounts import demo


def settings(folder: Path, **fields: Any) -> Any:
    given = {"DATA_DIR": folder, "PORT": 8000, "SANDBOX_PORT": 8001, "HTTPS_PORT": 0, "ARGOS_BASE_URL": ""}
    return SimpleNamespace(**(given | fields))


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


@pytest.mark.parametrize(
    ("vendor", "is_embedded", "has_people", "is_refused"),
    [
        ("https://vendor.example/v3", True, True, True),
        ("https://vendor.example/v3", True, False, False),
        ("https://vendor.example/v3", False, True, False),
        ("", True, True, False),
    ],
)
def test_vendor_elsewhere_is_refused_where_demo_people_are(
    tmp_path: Path, vendor: str, is_embedded: bool, has_people: bool, is_refused: bool
) -> None:
    if has_people:
        (tmp_path / demo.REMEMBERED).touch()
    given = SimpleNamespace(ARGOS_BASE_URL=vendor, SANDBOX_PORT=8001, IS_EMBEDDED=is_embedded, DATA_DIR=tmp_path)
    assert bool(demo.refused(given)) is is_refused


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


def test_https_for_phones_beside_the_plain_listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.https, "own_address", lambda: "192.0.2.5")
    commands = run.processes(settings(tmp_path, HTTPS_PORT=8443))
    assert list(commands)[-2:] == ["web", "web-https"]
    command = commands["web-https"]
    assert command[command.index("--bind") + 1] == "0.0.0.0:8443"
    assert command[command.index("--certfile") + 1] == str(tmp_path / "https.crt")
    assert "127.0.0.1:8000" in commands["web"], "the portal itself stays on loopback"
