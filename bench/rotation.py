"""Measure rewrapping the keys of submissions under a new master key, as `manage.py rotate_keys` does; on PostgreSQL."""

import os
import statistics
import sys
import time
import uuid

from bench.database import run_on_postgres, set_up
from bench.report import Report

SUBMISSIONS = 10_000
TURNS = 3
MINIMUM = 1000  # per second


def fill() -> None:
    """Create wrapped data keys; a rotation touches nothing else of a submission."""
    from submissions.core import encryption
    from submissions.models import SubmissionKey

    ids = [uuid.uuid4() for _number in range(SUBMISSIONS)]
    wrapped = ((pk, encryption.wrap(SubmissionKey.label_of(pk), encryption.new_data_key())) for pk in ids)
    SubmissionKey.objects.bulk_create([SubmissionKey(submission_id=pk, wrapped=key) for pk, key in wrapped], 1000)


def turn() -> float:
    """Return submissions per second, after checking that the new master key alone decrypts every key."""
    from django.conf import settings

    from submissions.models import SubmissionKey
    from submissions.privacy.keys import rotation

    new, old = os.urandom(32), settings.FIELD_KEYS
    settings.FIELD_KEYS = [new, *old]
    start = time.perf_counter()
    changed = [progress for progress in rotation.rewrap_all() if progress.table == "submissionkey"][-1].changed
    took = time.perf_counter() - start
    assert changed == SUBMISSIONS, changed
    settings.FIELD_KEYS = [new]
    assert all(len(key.open()) == 32 for key in SubmissionKey.objects.iterator())
    return changed / took


def main() -> int:
    if (ended := run_on_postgres("rotation", "-c fsync=on -c synchronous_commit=on")) is not None:
        return ended
    set_up()
    fill()
    rates = [turn() for _turn in range(TURNS)]
    report = Report(f"Rotation of {SUBMISSIONS:,} submissions' keys, PostgreSQL, {TURNS} turns")
    between = max(rates) - min(rates)
    report.add(
        "rotation: submissions re-wrapped", statistics.median(rates), "a second", at_least=MINIMUM, spread=between
    )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
