"""Backups of the data keys: short-lived, complete or refused, and never restoring an erased person."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from submissions.audit import erasure_journal
from submissions.audit.events import SYSTEM
from submissions.core import clock, encryption
from submissions.models import Status, Submission, SubmissionKey
from submissions.privacy import erasure
from submissions.privacy.keys import backup
from tests.factories import make_at, make_draft

pytestmark = pytest.mark.django_db


def backed_up(folder: Path) -> Path:
    call_command("backup_keys", str(folder))
    (path,) = folder.glob("keys-*.jsonl")
    return path


def test_keys_lost_with_the_database_come_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submission, kept = make_draft(images=False), make_draft(images=False)
    path = backed_up(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    SubmissionKey.objects.filter(pk=submission.pk).delete()
    call_command("restore_keys", str(path))
    assert "1 keys restored" in capsys.readouterr().out
    assert Submission.objects.get(pk=submission.pk).values == submission.values
    assert Submission.objects.get(pk=kept.pk).values == kept.values


def test_erased_person_stays_unreadable_in_a_dump_from_before(tmp_path: Path) -> None:
    """The database and the key backup are older than the erasure; only the journal has it."""
    submission = make_at(Status.REJECTED)
    before, values = backed_up(tmp_path), submission.values_sealed
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    Submission.objects.filter(pk=submission.pk).update(erased_at=None, values_sealed=values)
    assert backup.restore(before) == backup.Restored(written=0, left_out=1)
    with pytest.raises(encryption.CannotOpen, match="is missing"):
        _values = Submission.objects.get(pk=submission.pk).values
    assert list(erasure_journal.missed()) == [submission.pk]


def test_backup_after_the_erasure_holds_nothing_of_the_person(tmp_path: Path) -> None:
    submission = make_at(Status.REJECTED)
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    assert str(submission.pk) not in backed_up(tmp_path).read_text()


def test_old_backups_go_automatically(tmp_path: Path) -> None:
    for days in (40, 8, 6):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            backup.write(tmp_path)
    (tmp_path / "keys-of-the-office.jsonl").write_text("not ours")
    call_command("backup_keys", str(tmp_path), "--keep-days", "7")
    assert len(list(tmp_path.glob("keys-2*.jsonl"))) == 2
    assert (tmp_path / "keys-of-the-office.jsonl").exists()


@pytest.mark.parametrize("days", ["0", "31"])
def test_longer_than_a_month_is_refused(tmp_path: Path, days: str) -> None:
    with pytest.raises(CommandError, match="1 to 30"):
        call_command("backup_keys", str(tmp_path), "--keep-days", days)


def test_what_cannot_be_used_is_reported(tmp_path: Path, settings: Any) -> None:
    submission = make_draft(images=False)
    path = backed_up(tmp_path)
    whole = path.read_text()
    SubmissionKey.objects.all().delete()
    for broken in ("", whole.splitlines()[0] + "\n", "no json\n"):
        path.write_text(broken)
        with pytest.raises(CommandError, match="Nothing was restored"):
            call_command("restore_keys", str(path))
    path.write_text(whole)
    right, settings.FIELD_KEYS = settings.FIELD_KEYS, [encryption.new_data_key()]
    with pytest.raises(CommandError, match="KYC_FIELD_KEYS"):
        call_command("restore_keys", str(path))
    settings.FIELD_KEYS = right
    call_command("restore_keys", str(path))
    assert Submission.objects.get(pk=submission.pk).values
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup_keys", str(tmp_path / "nowhere"))
