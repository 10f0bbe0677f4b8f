"""Which way imports run: `python -m tests.imports` holds them against pyproject.toml and says what to do."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHAT_TO_DO = """
An import runs the wrong way: move what is wanted down to the layer that may have it, or hand it in as an argument.
A new module that no layer names: write it into its layer in pyproject.toml, [tool.importlinter].
What each layer is for stands in docs/architecture.md."""


def broken(folder: Path = ROOT) -> str:
    """What breaks the contracts of a folder's pyproject.toml and what to do; nothing where all are kept."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )
    if "ModuleNotFoundError" in done.stderr:
        return f"{done.stderr}\nNothing was checked: run it as `make check` does, with .venv/bin/python."
    return f"{done.stdout}{done.stderr}{WHAT_TO_DO}" if done.returncode else ""


def main() -> int:
    if wrong := broken():
        print(wrong)
        return 1
    print("imports: every contract is kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
