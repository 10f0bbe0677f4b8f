"""Find a Chromium for the tests: the system's, else installed by apt if possible, else Playwright's own."""

import os
import shutil
import subprocess
import sys

# Debian's headless shell first: the same engine without the windows of a desktop, at a third of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def executable() -> str | None:
    """Return the path of a browser, after trying to install one; None if that is impossible."""
    if shutil.which(NAMES[0]) is None:
        _by_apt()
    return find() or _by_playwright()


def find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _by_apt() -> None:
    """Install the headless shell, or else the whole browser, where this process may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
    install = ["apt-get", "install", "-y", "-qq", "-o", "DPkg::Lock::Timeout=300"]  # another worker installs it too
    any(subprocess.run([*install, name], **quiet).returncode == 0 for name in NAMES[:2])  # type: ignore[call-overload]


def _by_playwright() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def arguments() -> list[str]:
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
