"""The set-up fetches the design system, the icons, the charts and the face detector's weights; all are required."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from kycportal import frontend, run
from submissions.capture.imaging.face import weights

ICON = re.compile(r'{% icon "([a-z0-9-]+)"')
PACKAGE = Path("node_modules", frontend.WEIGHTS_PACKAGE)


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a checkout before the set-up."""
    monkeypatch.setattr(weights, "FOLDER", tmp_path / "weights")
    monkeypatch.setattr(frontend, "VENDOR", tmp_path / "vendor")
    return tmp_path


def fail(*_arguments: object) -> None:
    raise subprocess.CalledProcessError(1, "npm")


def fill(checkout: str, content: dict[str, bytes]) -> None:
    """Write the files that `npm ci` leaves in a checkout."""
    modules = Path(checkout) / "node_modules"
    for name, source in frontend.FILES.items():
        path = modules / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    shapes = {name: [["path", {"d": "M0 0"}]] for name in frontend.ICON_NAMES.read_text().split()}
    (modules / frontend.ICON_SHAPES).write_text(json.dumps(shapes))
    (Path(checkout) / PACKAGE).mkdir(parents=True)
    for name, body in content.items():
        (Path(checkout) / PACKAGE / name).write_bytes(body)


def test_missing_files_fail_the_set_up_and_the_start(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(frontend, "_run", fail)
    assert frontend.main() == 1
    output = capsys.readouterr().err
    assert "does not work without them" in output
    assert "make frontend" in output
    with pytest.raises(run.CannotStart, match=r"is missing\. Run: python -m kycportal\.frontend"):
        run.start()


def test_missing_weights_alone_stop_the_start(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*frontend.FILES, frontend.SPRITE):
        (frontend.VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        (frontend.VENDOR / name).touch()
    with pytest.raises(run.CannotStart, match=r"face_detection_full_range\.tflite is missing"):
        run.start()


def test_icon_without_a_shape_fails_the_set_up(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = empty / "icons.txt"
    names.write_text("no-such-icon")
    monkeypatch.setattr(weights, "SHA256", {})

    def npm_ci(program: list[str], folder: str, *options: str) -> None:
        fill(folder, {})
        monkeypatch.setattr(frontend, "ICON_NAMES", names)

    monkeypatch.setattr(frontend, "_run", npm_ci)
    assert frontend.main() == 1
    assert "no-such-icon" in capsys.readouterr().err


def test_every_icon_of_the_templates_is_fetched() -> None:
    root = frontend.ROOT
    used = {name for path in (root / "templates").rglob("*.html") for name in ICON.findall(path.read_text())}
    assert used
    assert used <= set(frontend.ICON_NAMES.read_text().split())


def test_other_weights_than_the_pinned_ones_are_not_stored(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = dict.fromkeys(weights.SHA256, b"other")
    monkeypatch.setattr(frontend, "_run", lambda program, folder, *options: fill(folder, other))
    assert frontend.main() == 1
    assert "MissingWeights" in capsys.readouterr().err
    assert list(weights.FOLDER.iterdir()) == []


def test_weights_changed_on_disk_are_not_loaded(empty: Path) -> None:
    weights.FOLDER.mkdir()
    (weights.FOLDER / "face_detection_full_range.tflite").write_bytes(b"other")
    with pytest.raises(weights.MissingWeights, match="differs from the pinned version"):
        weights.read("face_detection_full_range.tflite")


def test_broken_npm_of_the_system_gives_way_to_the_one_of_the_wheel(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs: list[list[str]] = []

    def npm_ci(program: list[str], folder: str, *options: str) -> None:
        programs.append(program)
        if program == ["/usr/bin/npm"]:
            fail()
        fill(folder, {})

    monkeypatch.setattr(frontend.shutil, "which", lambda name: "/usr/bin/npm")
    monkeypatch.setattr(frontend, "_run", npm_ci)
    monkeypatch.setattr(weights, "SHA256", {})
    assert frontend.main() == 0
    assert programs == [["/usr/bin/npm"], frontend.wheel_npm()]
    assert frontend.is_current()


def test_set_up_leaves_development_packages_out(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def npm(command: list[str], *, cwd: str, **_options: object) -> None:
        commands.append(command)
        fill(cwd, {})

    monkeypatch.setattr(frontend.subprocess, "run", npm)
    monkeypatch.setattr(weights, "SHA256", {})
    frontend.install()
    assert "--omit=dev" in commands[0]
    assert "--ignore-scripts" in commands[0]
