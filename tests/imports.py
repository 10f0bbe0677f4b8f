"""Check imports against the layers in pyproject.toml (`python -m tests.imports`) and explain violations."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHAT_TO_DO = """
An import points to a higher layer: move the imported code down to a layer that may have it, or pass it as an argument.
A new module in no layer: add it to its layer in pyproject.toml, [tool.importlinter].
docs/architecture.md describes the layers."""


def broken(folder: Path = ROOT) -> str:
    """Return the violations of the contracts in a folder's pyproject.toml and what to do; "" without violations."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(
        [*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False
    )
    if "ModuleNotFoundError" in done.stderr:
        return f"{done.stderr}\nNothing was checked: run it like `make check`, with .venv/bin/python."
    return f"{done.stdout}{done.stderr}{WHAT_TO_DO}" if done.returncode else ""


def main() -> int:
    if wrong := broken():
        print(wrong)
        return 1
    print("imports: all contracts are kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
