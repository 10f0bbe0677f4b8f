"""A drill of outgoing messages: receivers fail in every way, and so does our host."""

import json
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.drills.catalogue import drill
from tests.drills.host import broker, cut_workers_off

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from submissions.models import Delivery
    from tests.drills.scene import Scene
    from tests.receiver import Receiver

MESSAGES_PER_CALL = 17  # 5,100 messages in a drill of 300 calls
DRAINED_AFTER = 40  # jumps of the clock
JUMP_SECONDS = 20 * 60
# What the receiver does, and the weight of each; a delay is below or above the portal's 10 s.
WAYS: dict[tuple[int | str, float], int] = {
    (200, 0.0): 300,
    (500, 0.0): 8,
    (302, 0.0): 4,
    ("cut", 0.0): 4,
    (200, 1.0): 4,
    (200, 11.0): 1,
}


@drill(workers=3)
def receiver_faults(scene: "Scene") -> None:
    """Let a receiver fail in every way; kill workers, flush Redis and cut the database at the same time."""
    from tests.receiver import receiver
    from tests.submissions.deliveries.sending import make_endpoint

    with receiver() as crm:
        crm.choose = lambda: scene.draw.choices([*WAYS], [*WAYS.values()])[0]
        endpoint = make_endpoint(crm.url)
        writer = _Writer(scene, scene.wanted * MESSAGES_PER_CALL)
        writer.start()
        faults = Counter[str]()
        turn = 0
        for turn in scene.fault_rounds(1.0):
            _fault(scene, crm, turn, faults)
        while writer.is_alive():
            turn += 1
            _fault(scene, crm, turn, faults)
            time.sleep(1)
        crm.choose = lambda: (200, 0.0)
        scene.processes.mend()
        # Customers are still served, so later messages wait at any time.
        last = endpoint.deliveries.order_by("pk").values_list("pk", flat=True).last()
        counted = endpoint.deliveries.filter(pk__lte=last)
        for _jump in range(DRAINED_AFTER):
            if not counted.waiting().exists():
                break
            scene._advance_quietly(JUMP_SECONDS, 3)
            time.sleep(4)
        _count(scene, crm, counted)
        scene.notes |= {f"faults: {name}": count for name, count in faults.items()}


def _fault(scene: "Scene", crm: "Receiver", turn: int, faults: Counter[str]) -> None:
    """Cause one more fault every third round, besides those of `WAYS`; a restarted worker needs some seconds."""
    if turn % 12 == 1:
        scene.processes.restart(scene.draw.choice(scene.processes.workers))
        faults["workers killed"] += 1
    elif turn % 12 == 4:
        broker().flushall()
        faults["Redis flushed"] += 1
    elif turn % 12 == 7:
        faults["connections cut"] += cut_workers_off()
    elif turn % 12 == 10:
        crm.is_down.set()
        time.sleep(2)
        crm.is_down.clear()
        faults["receiver down for 2 s"] += 1


class _Writer(threading.Thread):
    """Announce messages of the drill's submissions, besides those of their own changes."""

    def __init__(self, scene: "Scene", total: int) -> None:
        super().__init__(daemon=True)
        self.scene, self.total = scene, total

    def run(self) -> None:
        from django.db import connection, transaction

        from submissions.models import MessageKind, Submission
        from submissions.workflow import messages

        written = 0
        while written < self.total:
            ids = list(self.scene.workforce.created)
            if not ids:
                time.sleep(0.2)
                continue
            with transaction.atomic():
                found = Submission.objects.select_for_update().get(pk=self.scene.draw.choice(ids))
                messages.announce(found, MessageKind.PENDING, number=written)
            written += 1
            time.sleep(0.005)
        connection.close()


def _count(scene: "Scene", crm: "Receiver", rows: "QuerySet[Delivery]") -> None:
    """Compare these deliveries with the requests that the receiver answered with 2xx."""
    from submissions.models import Message

    numbers = {
        str(message): (pk, submission) for pk, message, submission in rows.values_list("pk", "message", "submission")
    }
    accepted = [got for got in crm.got if got.is_accepted]
    seen = {got.headers["webhook-id"] for got in accepted}
    scene.must_not["messages that the receiver never accepted"] = sorted(set(numbers) - seen)
    undelivered = rows.order_by("pk").exclude(state="delivered").values_list("pk", "state", "error")
    scene.must_not["deliveries not marked as delivered"] = [str(row) for row in undelivered]
    bodies: dict[str, str] = {}
    differing = [got for got in accepted if bodies.setdefault(got.headers["webhook-id"], got.body) != got.body]
    scene.must_not["repeated messages with another body"] = [got.headers["webhook-id"] for got in differing]
    scene.must_not["messages out of order in their submission"] = _out_of_order(numbers, [*bodies])
    scene.must_not["messages that the portal never wrote"] = sorted(
        seen - {str(pk) for pk in Message.objects.values_list("pk", flat=True)}
    )
    scene.notes["messages delivered"] = len(numbers)
    scene.notes["requests received"] = len(crm.got)
    scene.notes["messages accepted more than once"] = len(accepted) - len(bodies)
    assert all(json.loads(got.body)["data"]["reference"] for got in accepted)


def _out_of_order(numbers: dict[str, tuple[int, object]], first_seen: list[str]) -> list[str]:
    """Return the messages whose submission had accepted a later message before. Dicts keep the order of arrival."""
    latest: dict[object, int] = {}
    wrong = []
    for message in first_seen:
        number, submission = numbers.get(message, (0, None))
        if number < latest.get(submission, 0):
            wrong.append(message)
        latest[submission] = max(number, latest.get(submission, 0))
    return wrong
