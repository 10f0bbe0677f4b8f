"""Run `manage.py check --deploy` in a production-like environment; fail on warnings."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.postgres import environment

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        production = environment("postgres://nobody@127.0.0.1:5432/none")
        production |= {"PUBLIC_URL": "https://kyc.example.com", "ALLOWED_HOSTS": "kyc.example.com", "DATA_DIR": folder}
        for name in ("DEBUG", "DJANGO_SETTINGS_MODULE"):
            production.pop(name, None)
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **production}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
