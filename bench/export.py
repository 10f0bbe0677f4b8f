"""Measure a CSV export of 100,000 filtered rows on PostgreSQL, against reading the same rows by the driver alone.

`python -m bench.export`. The driver reads the same columns of the same rows, with the wrapped keys, in one statement
with a server-side cursor, and discards them. The portal reads in keyset chunks, unwraps 100,000 keys, decrypts and
masks the values, writes the encrypted file and records whose data is in it. Memory is that of the process, per chunk.
"""

import os
import subprocess
import sys
import time
from typing import Any

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
LIMIT = 4.0
MAX_GROWTH = 24.0  # MB, from the fifth chunk to the last


def main() -> int:
    if not os.environ.get("DATABASE_URL"):
        return subprocess.run([sys.executable, "-m", "tests.postgres", "bench.export"], check=False).returncode
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.management import call_command

    if sys.argv[1:] == ["seed"]:
        call_command("migrate", verbosity=0)
        seed(ROWS)
        return 0
    # In a process of its own, so that the memory of seeding does not hide that of exporting.
    subprocess.run([sys.executable, "-m", "bench.export", "seed"], check=True)
    return measure()


def measure() -> int:
    from bench.report import Report

    read_by_driver()  # a warm-up, so that both find the pages in memory
    theirs = min(timed(read_by_driver) for _time in range(2))
    ours, memory = export()
    report = Report(f"CSV export of {ROWS:,} filtered rows, PostgreSQL")
    against = "psycopg reading the same rows"
    report.add("export: CSV", ours, "s", against=against, reference=theirs, at_most=LIMIT)
    report.add(
        "export: memory from chunk 5 to the last",
        memory[-1] - memory[min(4, len(memory) - 1)],
        "MB",
        at_most=MAX_GROWTH,
    )
    return report.finish()


def timed(act: Any) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def seed(many: int) -> None:
    """Create drafts of one project with encrypted values; one in ten has another country and is filtered out."""
    from submissions.models import Submission, SubmissionKey
    from tests.factories import VALUES, make_project, make_user

    user, project = make_user(), make_project()
    for start in range(0, many * 10 // 9 + 10, 5000):
        made, keys = [], []
        for number in range(start, start + 5000):
            country = "USA" if number % 10 == 0 else "KOR"
            submission = Submission(project=project, team=user.team, issuing_country=country, id_type="passport")
            submission.created_by = user
            key = fresh_key(submission)
            keys.append(SubmissionKey(submission_id=submission.pk, wrapped=key))
            submission.values = {**VALUES, "email": f"person{number}@example.com"}
            made.append(submission)
        SubmissionKey.objects.bulk_create(keys)
        Submission.objects.bulk_create(made)
    surplus = Submission.objects.filter(issuing_country="KOR").order_by("created_at", "id").values_list("pk", flat=True)
    Submission.objects.filter(pk__in=list(surplus[many:])).delete()


def fresh_key(submission: Any) -> bytes:
    from submissions.core import encryption
    from submissions.models import SubmissionKey

    submission._data_key = encryption.new_data_key()
    return encryption.wrap(SubmissionKey.label_of(submission.pk), submission._data_key)


def read_by_driver() -> None:
    from django.db import connection

    from submissions.models import Submission
    from submissions.reporting.exports import rows

    paths = [path for path, _label in rows.columns()]
    found = Submission.objects.filter(issuing_country="KOR").order_by("-created_at", "id")
    sql, given = found.values_list("id", "created_at", "values_sealed", *paths).query.sql_with_params()
    sql = sql.replace(" FROM ", ", submissions_submissionkey.wrapped FROM ", 1)
    joined = " INNER JOIN submissions_submissionkey ON submissions_submissionkey.submission_id = "
    sql = sql.replace(" WHERE ", f'{joined}"submissions_submission"."id" WHERE ', 1)
    connection.ensure_connection()
    with connection.connection.transaction(), connection.connection.cursor("bench") as cursor:
        cursor.execute(sql, given)
        count = sum(len(part) for part in iter(lambda: cursor.fetchmany(2000), []))
    assert count == ROWS, count


def export() -> tuple[float, list[float]]:
    """Run the export; return its seconds, and the process's memory in MB at each chunk."""
    import psutil

    from submissions.models import Export, Role
    from submissions.reporting.exports import create, generate
    from tests.factories import by, make_user

    officer, process, memory = make_user(Role.OFFICER), psutil.Process(), []
    asked = create.request_export("list", "csv", "country=KOR", by=by(officer), reason="bench", is_open=False)
    renew = generate._renew

    def watched(*arguments: Any, **columns: Any) -> None:
        memory.append(process.memory_info().rss / 1e6)
        renew(*arguments, **columns)

    generate._renew = watched
    seconds = timed(generate.make_waiting)
    made = Export.objects.get(pk=asked.pk)
    assert (made.state, made.rows) == ("done", ROWS), (made.state, made.rows)
    return seconds, memory


if __name__ == "__main__":
    sys.exit(main())
