"""Finding the browser, and the behaviour without one."""

import subprocess
from typing import Any

import pytest

from tests.browser import chromium, conftest


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record every command; none succeeds."""
    run: list[list[str]] = []

    def fails(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        run.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(chromium.subprocess, "run", fails)
    return run


def test_whole_browser_where_the_headless_shell_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]
) -> None:
    found = {"apt-get": "/usr/bin/apt-get", "chromium": "/usr/bin/chromium"}
    monkeypatch.setattr(chromium.shutil, "which", found.get)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    assert chromium.executable() == "/usr/bin/chromium"
    assert [command[-1] for command in commands[1:]] == ["chromium-headless-shell", "chromium"]


def nothing_found(name: str) -> str | None:
    return "/usr/bin/apt-get" if name == "apt-get" else None


def test_systems_browser_is_taken(monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]) -> None:
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert chromium.executable() == "/usr/bin/chromium-headless-shell"
    assert commands == []


@pytest.mark.parametrize(("uid", "first"), [(0, "apt-get"), (1000, "playwright")])
def test_apt_where_it_may_then_playwrights_own(
    monkeypatch: pytest.MonkeyPatch, commands: list[list[str]], uid: int, first: str
) -> None:
    monkeypatch.setattr(chromium.shutil, "which", nothing_found)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: uid)
    assert chromium.executable() is None
    assert first in commands[0]
    assert commands[-1][-2:] == ["install", "chromium"]


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_one_it_is_skipped_loudly_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="NO CHROMIUM"):
        conftest.no_browser()
