"""The restore drill of docs/operations.md: database and images are lost and restored from a backup."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drills import restoring
from tests.drills.catalogue import drill
from tests.stack import ROOT

if TYPE_CHECKING:
    from submissions.models import Submission
    from tests.drills.scene import Scene

ERASED = 3  # users, before the backup and again after it
JOURNAL = "erasures"  # kept in a second location, as the runbook demands, so it survives the loss of the images
PROCESSES = ("beat", "web")


@dataclass
class Backup:
    """The locations of the parts, and the seal exported before the backup."""

    folder: Path
    media: Path
    erased: list[object] = field(default_factory=list)

    @property
    def dump(self) -> Path:
        return self.folder / "backup.dump"

    @property
    def images(self) -> Path:
        return self.folder / "backup-images"

    @property
    def seal(self) -> Path:
        return self.folder / "seal.json"


@drill()
def backup_restored(scene: "Scene") -> None:
    """Back up database and images under load, lose both and restore them; later erasures must stay erased."""
    from django.conf import settings

    backup = Backup(scene.processes.folder, Path(settings.DATA_DIR) / "media")
    work_on(scene, 0.4)
    erase_some(backup)
    take(scene, backup)
    work_on(scene, 0.6)
    erase_some(backup)
    work_on(scene, 0.75)
    bring_back(scene, backup)
    look_at_what_is_back(scene, backup)
    open_again(scene, backup)
    work_on(scene, 1.0)


def work_on(scene: "Scene", share: float) -> None:
    for _turn in scene.fault_rounds(jump=0, share=share):
        pass


def erase_some(backup: Backup) -> None:
    """Erase submissions that the vendor has ended and that have no unknown call and no decision."""
    from submissions.audit.events import SYSTEM
    from submissions.models import CallState, Source, Submission
    from submissions.models.submission import DECIDED
    from submissions.privacy import erasure

    ended = Submission.objects.filter(status__in=DECIDED, source=Source.VENDOR, erased_at=None)
    plain = ended.exclude(calls__state__in=(CallState.SETTLED, CallState.UNKNOWN)).exclude(decisions__isnull=False)
    for submission in plain.select_related("project").order_by("decided_at").distinct()[:ERASED]:
        erasure.erase(submission, by=SYSTEM, why="customer_request")
        backup.erased.append(submission.pk)


def take(scene: "Scene", backup: Backup) -> None:
    """Save the newest seal, then the database, then the images: each dump names only images that exist by then."""
    backup.seal.write_text(json.dumps(exported_seal()))
    started = time.monotonic()
    tool("pg_dump", f"--file={backup.dump}", "--format=custom", f"--dbname={restoring.url()}")
    shutil.copytree(backup.media, backup.images, ignore=shutil.ignore_patterns(JOURNAL))
    scene.notes["backup under load took (s)"] = round(time.monotonic() - started, 1)
    scene.notes["dump (MB)"] = round(backup.dump.stat().st_size / 1e6, 1)


def exported_seal() -> object:
    from submissions.audit import hash_chain

    while hash_chain.seal_due() is not None:
        pass
    return hash_chain.export()


def bring_back(scene: "Scene", backup: Backup) -> None:
    """Follow steps 1 to 6 of the runbook in order, with the portal stopped."""
    from django.db import connections

    scene.workforce.pause()
    for name in (*scene.processes.workers, *PROCESSES):
        scene.processes.kill(name)
    connections.close_all()
    started = time.monotonic()
    restoring.execute(f"DROP DATABASE {restoring.database()} WITH (FORCE)")
    restoring.execute(f"CREATE DATABASE {restoring.database()}")
    tool("pg_restore", f"--dbname={restoring.url()}", "--no-owner", str(backup.dump))
    for lost in backup.media.iterdir():
        if lost.name != JOURNAL:
            shutil.rmtree(lost)
    shutil.copytree(backup.images, backup.media, dirs_exist_ok=True)
    scene.is_restored = True
    manage("hold", "--begin")
    manage("replay_erasures")
    told = manage("verify_events", "--seal", str(backup.seal))
    scene.must_not["restores whose events do not verify"] = [] if told.returncode == 0 else [told.stdout]
    scene.notes["restore took (s)"] = round(time.monotonic() - started, 1)


def look_at_what_is_back(scene: "Scene", backup: Backup) -> None:
    from submissions.models import Image, Submission

    rows = Image.objects.filter(submission__erased_at=None).select_related("submission")
    scene.must_not["images that do not open"] = cannot_open(rows)
    scene.notes["images opened"] = rows.count()
    missed = Submission.objects.filter(pk__in=backup.erased, erased_at=None)
    scene.must_not["people erased who came back"] = [row.reference for row in missed if not waits_to_be_erased(row)]
    scene.notes["people erased"] = len(backup.erased)


def cannot_open(images: Iterable[object]) -> list[str]:
    from submissions.core import encryption
    from submissions.models import Image

    wrong = []
    for image in images:
        assert isinstance(image, Image)
        try:
            image.read()
        except (OSError, encryption.CannotOpen) as error:
            wrong.append(f"{image} {type(error).__name__}")
    return wrong


def waits_to_be_erased(row: "Submission") -> bool:
    """Return whether its dump is older than its last call: it is erased once that call is settled."""
    return row.has_open_call


def open_again(scene: "Scene", backup: Backup) -> None:
    """Follow steps 8 to 10: on hold the portal reads every record, then a user lifts the hold."""
    from submissions.models import Role, Submission
    from submissions.outbox import restore_hold
    from submissions.vendor_sync import restore_recovery
    from tests.factories import by, make_user

    for name in (*scene.processes.workers, *PROCESSES):
        scene.processes.start(name)
    started = time.monotonic()
    done = restoring.wait_until(lambda: restoring.is_read_back(scene), 2 * restoring.READ_BACK_WITHIN)
    scene.notes["read back on hold took (s)"] = round(time.monotonic() - started, 1)
    scene.must_not["restores not read back while on hold"] = [] if done else [str(restore_recovery.progress())]
    manage("replay_erasures")
    left = Submission.objects.filter(pk__in=backup.erased, erased_at=None)
    scene.must_not["people erased who are still there"] = [row.reference for row in left]
    restore_hold.lift(by=by(make_user(Role.ADMINISTRATOR)), why="As drilled.")
    scene.workforce.resume()


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def tool(name: str, *arguments: str) -> None:
    restoring.run(name, *arguments)
