"""A drill of the audit stream: the destination of the copy fails in every way, and so does our host."""

import time
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.drills.catalogue import drill
from tests.drills.host import broker, cut_workers_off

if TYPE_CHECKING:
    from tests.drills.scene import Scene
    from tests.receiver import Receiver

DRAINED_AFTER = 40  # jumps of the clock
JUMP_SECONDS = 6 * 60  # longer than the lease of a worker that was killed
# What the destination does, and the weight of each.
WAYS: dict[tuple[int | str, float], int] = {
    (200, 0.0): 10,
    (503, 0.0): 2,
    (302, 0.0): 1,
    ("cut", 0.0): 2,
    (200, 3.0): 2,
}


@drill(workers=3)
def audit_stream_faults(scene: "Scene") -> None:
    """Let the destination of the audit log fail in every way; kill workers, flush Redis and cut the database."""
    from submissions.models import Seal
    from tests.receiver import receiver
    from tests.submissions.audit import collectors

    certificate, _context = collectors.certificate(scene.processes.folder / "destination")
    with receiver((certificate, certificate.with_name("https.key"))) as siem:
        siem.choose = lambda: scene.draw.choices([*WAYS], [*WAYS.values()])[0]
        for worker in scene.processes.workers:
            scene.processes.restart(worker, AUDIT_STREAM_URL=siem.url, AUDIT_STREAM_CA=str(certificate))
        faults = Counter[str]()
        for turn in scene.fault_rounds(1.0):
            _fault(scene, siem, turn, faults)
        siem.choose = lambda: (200, 0.0)
        scene.processes.mend()
        newest = Seal.objects.order_by("number").values_list("number", flat=True).last() or 0
        for _jump in range(DRAINED_AFTER):
            if _confirmed() >= newest:
                break
            scene._advance_quietly(JUMP_SECONDS, 3)
            time.sleep(4)
        _count(scene, siem, newest)
        scene.notes |= {f"faults: {name}": count for name, count in faults.items()}


def _fault(scene: "Scene", siem: "Receiver", turn: int, faults: Counter[str]) -> None:
    """Kill the worker that sends, if the destination holds its reply back; cause another fault every third round."""
    if turn % 12 in (1, 7):
        siem.choose = lambda: (200, 3.0)
        seen = len(siem.got)
        ends = time.monotonic() + 12
        while len(siem.got) == seen and time.monotonic() < ends:
            time.sleep(0.05)
        for worker in scene.processes.workers:
            scene.processes.restart(worker)
        faults["batches whose workers were all killed during the reply"] += len(siem.got) > seen
        siem.choose = lambda: scene.draw.choices([*WAYS], [*WAYS.values()])[0]
    elif turn % 12 == 4:
        broker().flushall()
        faults["Redis flushed"] += 1
    elif turn % 12 == 10:
        faults["connections cut"] += cut_workers_off()


def _confirmed() -> int:
    from submissions.models import AuditStreamCursor

    return AuditStreamCursor.objects.values_list("number", flat=True).first() or 0


def _count(scene: "Scene", siem: "Receiver", newest: int) -> None:
    """Verify the accepted batches as `verify_events --copy` does, and compare them with the database."""
    from submissions.audit.stream import copies, lines
    from submissions.models import Event, Seal

    bodies = [got.body for got in siem.got if got.is_accepted]
    copy = copies.Copy()
    problems = copy.problems(text for body in bodies for text in body.splitlines())
    scene.must_not["signs of a lost, altered or misplaced event in the copy"] = [str(problem) for problem in problems]
    stored = dict(Seal.objects.filter(number__lte=newest).values_list("number", "digest"))
    scene.must_not["seals that the destination never accepted"] = [
        str(number) for number, digest in stored.items() if copy.digests.get(number) != digest
    ]
    rows = {lines.parse(text)["event"].get("id") for body in bodies for text in body.splitlines()}
    sealed = Event.objects.filter(
        pk__lte=max(Seal.objects.filter(number__lte=newest).values_list("highest_id", flat=True))
    )
    missing = {str(row) for row in sealed.values_list("row", flat=True)} - rows
    scene.must_not["events that the destination never accepted"] = sorted(missing)
    numbers = [lines.sequence_of(lines.parse(body.splitlines()[-1]))[0] for body in bodies]
    scene.must_not["batches out of order"] = [
        f"{later} after {earlier}" for earlier, later in pairwise(numbers) if later < earlier
    ]
    scene.notes["events copied"] = copy.events
    scene.notes["batches accepted"] = len(bodies)
    scene.notes["batches accepted more than once"] = len(bodies) - len(set(numbers))
    scene.notes["requests received"] = len(siem.got)
