"""`verify_events --copy`: every change of a copy is found, without the database."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from submissions.audit import events, hash_chain
from submissions.audit.events import SYSTEM
from submissions.audit.stream import lines, targets
from submissions.models import AuditStreamCursor, Seal
from tests.stack import ROOT

pytestmark = pytest.mark.django_db
SEALS, EVENTS = 3, 4
PER_BATCH = EVENTS + 1


@pytest.fixture
def copy() -> list[str]:
    """Return the lines of three seals with four events each."""
    found: list[str] = []
    for _seal in range(SEALS):
        for number in range(EVENTS):
            events.record("looked", by=SYSTEM, fields={"n": number, "score": 0.1, "name": "한글"})
        seal = hash_chain.seal_due()
        assert seal is not None
        found += lines.texts(seal)
    return found


def verify(texts: list[str], folder: Path, *options: str, capsys: pytest.CaptureFixture[str]) -> str:
    path = folder / "copy.jsonl"
    path.write_text("".join(f"{text}\n" for text in texts))
    capsys.readouterr()
    try:
        call_command("verify_events", "--copy", str(path), *options)
    except CommandError as error:
        return f"{capsys.readouterr().out}{error}"
    return f"{capsys.readouterr().out}verified"


def edited(text: str, *path: str, value: Any) -> str:
    line = json.loads(text)
    inner = line
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return json.dumps(line)


def test_untouched_copy_is_verified(copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = verify(copy, tmp_path, capsys=capsys)
    assert said.endswith("verified")
    assert f"3 seals with 12 events verified; newest 3: {Seal.objects.get(number=3).digest}" in said


def test_other_order_of_names_in_a_line_is_no_change(
    copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = [json.dumps(json.loads(text), sort_keys=True, indent=None) for text in copy]
    assert verify(stored, tmp_path, capsys=capsys).endswith("verified")


CHANGES: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "time": (lambda c: [edited(c[0], "@timestamp", value="2020-01-01T00:00:00.000000+00:00"), *c[1:]], "altered"),
    "action": (lambda c: [edited(c[0], "event", "action", value="list_opened"), *c[1:]], "altered"),
    "row": (lambda c: [edited(c[0], "event", "id", value="0"), *c[1:]], "altered"),
    "user": (lambda c: [edited(c[0], "user", "name", value="officer"), *c[1:]], "altered"),
    "user added": (lambda c: [edited(c[0], "user", "id", value="7"), *c[1:]], "altered"),
    "address added": (lambda c: [edited(c[0], "source", value={"ip": "10.0.0.1"}), *c[1:]], "altered"),
    "fields": (lambda c: [edited(c[0], "kyc", "fields", value={"n": 1}), *c[1:]], "altered"),
    "columns missing": (lambda c: [edited(c[0], "user", value={}), *c[1:]], "columns are missing"),
    "first event missing": (lambda c: c[1:], "4 events were sealed and the copy has 3"),
    "event missing": (lambda c: c[:2] + c[3:], "4 events were sealed and the copy has 3"),
    "event twice": (lambda c: [c[0], c[1], c[1], *c[2:]], "4 events were sealed and the copy has 5"),
    "events reordered": (lambda c: [c[1], c[0], *c[2:]], "4 events"),
    "events of one batch exchanged": (lambda c: [c[0], c[2], c[1], *c[3:]], "altered, exchanged or moved"),
    "event moved to another batch": (lambda c: [*c[:1], *c[2:6], c[1], *c[6:]], "4 events were sealed"),
    "event inserted": (lambda c: [*c[:2], edited(c[1], "event", "id", value="9"), *c[2:]], "the copy has 5"),
    "seal missing": (lambda c: c[:EVENTS] + c[PER_BATCH:], "seals 1 to 1 are missing"),
    "batch missing": (lambda c: c[:PER_BATCH] + c[2 * PER_BATCH :], "seals 2 to 2 are missing"),
    "first batch missing": (lambda c: c[PER_BATCH:], "seals 1 to 1 are missing"),
    "batches reordered": (lambda c: c[PER_BATCH:] + c[:PER_BATCH], "seals 1 to 1 are missing"),
    "last seal missing": (lambda c: c[:-1], "4 events at the end belong to no seal"),
    "digest of a seal": (lambda c: [*c[:4], edited(c[4], "hash", "sha256", value="0" * 64), *c[5:]], "altered"),
    "previous seal": (
        lambda c: [*c[:9], edited(c[9], "kyc", "chain", "previous", value="0" * 64), *c[10:]],
        "it does not follow the seal before it",
    ),
    "purged pretended": (
        lambda c: [*c[:PER_BATCH], edited(c[9], "kyc", "chain", "is_purged", value=True), *c[10:]],
        "it has no events, though an older seal has some",
    ),
    "no line": (lambda c: ["<110>1 garbage", *c], "line 1 is no line of the audit stream"),
    "broken batch altered": (lambda c: [edited(c[0], "user", "name", value="x"), *c], "belong to no seal"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_found(change: str, copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alter, problem = CHANGES[change]
    said = verify(alter(copy), tmp_path, capsys=capsys)
    assert "sign(s) of tampering" in said
    assert problem in said


def test_forged_chain_is_found_by_an_exported_seal(
    copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = tmp_path / "seal.json"
    exported.write_text(json.dumps(hash_chain.export()))
    assert verify(copy, tmp_path, "--seal", str(exported), capsys=capsys).endswith("verified")
    cut = copy[: 2 * PER_BATCH]
    assert verify(cut, tmp_path, capsys=capsys).endswith("verified")
    said = verify(cut, tmp_path, "--seal", str(exported), capsys=capsys)
    assert "the exported seal is not in the copy" in said


@pytest.mark.parametrize(
    "repeated",
    [
        lambda c: c[:PER_BATCH] + c,
        lambda c: c[:3] + c,
        lambda c: c + c[-PER_BATCH:],
    ],
    ids=["whole batch", "broken batch", "last batch"],
)
def test_what_was_sent_twice_is_no_change(
    repeated: Callable[[list[str]], list[str]], copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = verify(repeated(copy), tmp_path, capsys=capsys)
    assert said.endswith("verified")
    assert "3 seals with 12 events" in said


def test_later_part_of_a_copy_names_its_first_seal(
    copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = verify(copy[PER_BATCH:], tmp_path, "--first", "2", capsys=capsys)
    assert said.endswith("verified")
    assert "2 seals with 8 events" in said


def test_purged_seals_come_without_events(copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    purged = [edited(copy[4], "kyc", "chain", "is_purged", value=True), *copy[PER_BATCH:]]
    said = verify(purged, tmp_path, capsys=capsys)
    assert said.endswith("verified")
    assert "1 seals have no events" in said


def test_copy_is_compared_with_the_database(
    copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.AUDIT_STREAM_URL = "https://siem.example.com/logs"
    target = targets.configured()
    assert target is not None
    cursor = AuditStreamCursor.objects.create(target=target.name, number=2)
    assert verify(copy[: 2 * PER_BATCH], tmp_path, "--compare", capsys=capsys).endswith("verified")
    AuditStreamCursor.objects.filter(pk=cursor.pk).update(number=3)
    assert "the copy ends at seal 2" in verify(copy[: 2 * PER_BATCH], tmp_path, "--compare", capsys=capsys)


def test_chain_that_was_written_again_differs_from_the_database(
    copy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = Seal.objects.get(number=SEALS)
    forged.sealed_at += timedelta(seconds=1)
    forged.digest = hash_chain.digest_of(forged)
    texts = [*copy[:-1], list(lines.texts(forged))[-1]]
    assert verify(texts, tmp_path, capsys=capsys).endswith("verified")
    said = verify(texts, tmp_path, "--compare", capsys=capsys)
    assert "seal 3: the database does not have it as the copy does" in said


@pytest.mark.slow
def test_copy_is_verified_on_a_machine_without_the_database(copy: list[str], tmp_path: Path) -> None:
    path = tmp_path / "copy.jsonl"
    path.write_text("".join(f"{text}\n" for text in copy))
    command = [sys.executable, "manage.py", "verify_events", "--copy", str(path)]
    environment = {"DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3 seals with 12 events verified" in done.stdout
    assert not (tmp_path / "data" / "db.sqlite3").exists()
