"""The drill of a database that is dumped under load, lost, and restored from that dump."""

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests import postgres
from tests.drills.catalogue import drill
from tests.drills.databases import named

if TYPE_CHECKING:
    from tests.drills.scene import Scene

PROCESSES = ("beat", "web")
NOTICED_WITHIN = 120  # seconds
READ_BACK_WITHIN = 180
STEP_SECONDS = 150  # seconds of the portal's clock, while the portal reads every record


@drill()
def dump_restored(scene: "Scene") -> None:
    """Dump the database under load, go on, lose and restore it; it must go on hold and then recover."""
    from submissions.models import Role, Switch
    from submissions.outbox import restore_hold
    from submissions.vendor_sync import restore_recovery
    from tests.factories import by, make_user

    for _turn in scene.fault_rounds(share=0.5):
        pass
    dump = scene.processes.folder / "dump"
    run("pg_dump", f"--file={dump}", "--format=custom", f"--dbname={url()}")
    for _turn in scene.fault_rounds(share=0.75):
        pass
    lose_and_restore(scene, dump)
    scene.is_restored = True
    noticed = wait_until(lambda: Switch.read().on_hold_since is not None, NOTICED_WITHIN)
    if not noticed:
        scene.not_held.append("the restored database did not hold without help")
    is_done = wait_until(lambda: is_read_back(scene), READ_BACK_WITHIN)
    if not is_done:
        scene.not_held.append(f"not everything was asked about: {restore_recovery.progress()}")
    restore_hold.lift(by=by(make_user(Role.ADMINISTRATOR)), why="As drilled.")
    scene.workforce.resume()
    for _turn in scene.fault_rounds():
        pass


def lose_and_restore(scene: "Scene", dump: Path) -> None:
    from django.db import connections

    scene.workforce.pause()
    names = [*scene.processes.workers, *PROCESSES]
    for name in names:
        scene.processes.kill(name)
    connections.close_all()
    execute(f"DROP DATABASE {database()} WITH (FORCE)")
    execute(f"CREATE DATABASE {database()}")
    run("pg_restore", f"--dbname={url()}", "--no-owner", str(dump))
    for name in names:
        scene.processes.start(name)


def is_read_back(scene: "Scene") -> bool:
    """Advance the clock; return whether every open submission has been read."""
    from submissions.vendor_sync import restore_recovery

    scene.clock.advance(STEP_SECONDS)
    time.sleep(1)
    done = restore_recovery.progress()
    return bool(done["is_listed"]) and not done["unknown"] and not done["unasked"]


def wait_until(holds: object, seconds: float) -> bool:
    assert callable(holds)
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if holds():
            return True
        time.sleep(0.5)
    return False


def url() -> str:
    from django.conf import settings

    return str(settings.DATABASE_URL)


def database() -> str:
    return url().rpartition("/")[2]


def execute(statement: str) -> None:
    with psycopg.connect(named(url(), "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def run(tool: str, *arguments: str) -> None:
    subprocess.run([postgres.binaries_with("pg_dump") / tool, *arguments], check=True, capture_output=True, timeout=120)
