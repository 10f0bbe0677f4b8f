"""Many people press "claim next" at once on a database of its own: `python -m tests.race` prints who got what, as JSON.

A process of its own, because its rows are committed and events cannot be taken back from the suite's database.
"""

import json
import threading

import django

WAITING, PEOPLE = 6, 8


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from submissions.models import Role, Status, Submission
    from tests.factories import make_at, make_user

    call_command("migrate", verbosity=0)
    for _each in range(WAITING):
        make_at(Status.PENDING)
    taken: list[str] = []
    start = threading.Barrier(PEOPLE)
    officers = [make_user(Role.OFFICER) for _each in range(PEOPLE)]
    threads = [threading.Thread(target=_press, args=(officer, start, taken)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    held = Submission.objects.filter(claimed_by__isnull=False).count()
    print(json.dumps({"taken": taken, "held": held}))


def _press(officer: object, start: threading.Barrier, taken: list[str]) -> None:
    from django.db import connection

    from submissions import claims
    from tests.factories import by

    try:
        start.wait()
        got = claims.claim_next(by=by(officer))  # type: ignore[arg-type]
        taken.append(str(got.pk) if got else "")
    finally:
        connection.close()


if __name__ == "__main__":
    main()
