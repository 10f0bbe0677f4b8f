"""Many press at once on a database of its own: `python -m tests.race` prints who got what, as JSON.

A process of its own, because its rows are committed and events cannot be taken back from the suite's database.
"""

import json
import threading
from collections.abc import Callable
from typing import Any

import django

WAITING, PEOPLE = 6, 8
CALLS = 24  # more threads than one look used to bring candidates


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps({**claims_at_once(), **links_at_once(), **calls_at_once()}))


def claims_at_once() -> dict[str, Any]:
    """Everybody presses "claim next"."""
    from submissions import claims
    from submissions.models import Role, Status, Submission
    from tests.factories import by, make_at, make_user

    for _each in range(WAITING):
        make_at(Status.PENDING)
    officers = [make_user(Role.OFFICER) for _each in range(PEOPLE)]
    got = at_once([lambda officer=officer: claims.claim_next(by=by(officer)) for officer in officers])
    held = Submission.objects.filter(claimed_by__isnull=False).count()
    return {"taken": [str(found.pk) if found else "" for found in got], "held": held}


def links_at_once() -> dict[str, Any]:
    """Everybody makes a link for one item; then the last one's picture comes over as often."""
    from submissions import phone
    from submissions.models import ImageKind, PhoneLink
    from tests.factories import by, make_draft
    from tests.pictures import selfie_jpeg

    submission = make_draft(images=False)
    makers = [lambda: phone.make(submission, ImageKind.SELFIE, by=by(submission.created_by))] * PEOPLE
    made = at_once(makers)
    unspent = list(PhoneLink.objects.unspent())
    how: dict[str, Any] = {"address": None, "is_live": True, "accepted": ""}
    content = selfie_jpeg()
    links = [phone.PhoneLink.objects.select_related("submission").get(pk=unspent[0].pk) for _each in range(PEOPLE)]
    came = at_once([lambda link=link: phone.take(link, content, **how) for link in links])
    return {
        "made": [type(one).__name__ for one in made],
        "unspent": len(unspent),
        "came": sorted(type(one).__name__ for one in came),
        "images": submission.images.count(),
    }


def calls_at_once() -> dict[str, Any]:
    """As many threads as there are prepared calls look for the most urgent one, each once."""
    from submissions import steps
    from submissions.calls import ledger
    from submissions.models import Status, Switch
    from tests.factories import by, explain, make_at, make_project, make_user

    agent, project = make_user(), make_project()
    made = [make_at(Status.CONFIRMING, agent, project) for _each in range(CALLS)]
    for submission in made:
        explain(submission)
        steps.send_step2(submission, by=by(agent))
    ticked = Switch.read().tick
    got = at_once([ledger.claim] * CALLS)
    sent = [str(getattr(call, "pk", call)) for call in got]
    return {"sent": sent, "ticks": Switch.read().tick - ticked}


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each gave, or the error it raised."""
    start, got = threading.Barrier(len(acts)), list[Any]()
    threads = [threading.Thread(target=_press, args=(act, start, got)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return got


def _press(act: Callable[[], Any], start: threading.Barrier, got: list[Any]) -> None:
    from django.db import connection

    try:
        start.wait()
        got.append(act())
    except Exception as error:
        got.append(error)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
