"""A database with open submissions only: copies of generated rows under new ids, all waiting for the customer.

It shows costs that must not grow with the number of open submissions. Their values are fillers of the right size, which
nothing decrypts. The deadlines are far in the future, so that a kept database stays valid; a benchmark moves those that
it needs due.
"""

import os

import psycopg

from bench.dataset.load import set_aside_indexes

TABLE = "submissions_submission"
MAKE_OPEN = """UPDATE seed SET status = 'confirming', decided_at = NULL, decided_by_id = NULL, source = '',
    reason_code = '', vendor_codes = '[]', pending_at = NULL, target_at = NULL, next_read_at = NULL,
    step1_started_at = COALESCE(step1_started_at, created_at), vendor_id = ''"""
ANEW = """UPDATE seed SET id = gen_random_uuid(), deadline_at = now() + interval '400 days' * (1 + random() / 100),
    reference = 'KP-' || upper(substr(md5(random()::text), 1, 12))"""


def multiply(rows: int) -> None:
    """Replace the content of the database of DATABASE_URL, a copy of a filled one, by `rows` open submissions."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute(f"CREATE TEMP TABLE seed AS SELECT * FROM {TABLE}")
        (seeds,) = raw.execute("SELECT count(*) FROM seed").fetchone() or (0,)
        raw.execute(f"TRUNCATE {TABLE}, stock_plainsubmission CASCADE")
        raw.execute(MAKE_OPEN)
        later = set_aside_indexes([TABLE])
        for _copy in range(rows // int(seeds)):
            raw.execute(ANEW)
            raw.execute(f"INSERT INTO {TABLE} SELECT * FROM seed")
        for statement in later:
            raw.execute(statement)
        raw.execute(f"VACUUM (ANALYZE) {TABLE}")
