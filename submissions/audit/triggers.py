"""Triggers that make audit events append-only in the database, on SQLite and on PostgreSQL.

They are installed after every migration rather than by one, because SQLite drops the triggers of a table that it
rebuilds.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS, SEALS = "submissions_event", "submissions_seal"
SEALED_COLUMNS = "number, sealed_at, members, count, highest_id, newest_at, rows_digest, previous, digest"

SQLITE = (
    ("event_no_update", f"BEFORE UPDATE ON {EVENTS}", "events are never changed"),
    ("event_no_delete", f"BEFORE DELETE ON {EVENTS}", "events are never removed"),
    ("seal_no_update", f"BEFORE UPDATE OF {SEALED_COLUMNS} ON {SEALS}", "seals are never changed"),
    ("seal_no_delete", f"BEFORE DELETE ON {SEALS}", "seals are never removed"),
)

# One exception: the role kyc_purger deletes events older than the two years that the law requires, in whole links.
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION kyc_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME LIKE '{EVENTS}%' AND session_user = 'kyc_purger' THEN
        IF OLD.at < now() - interval '2 years' THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE OR REPLACE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON {EVENTS}
    FOR EACH ROW EXECUTE FUNCTION kyc_append_only();
CREATE OR REPLACE TRIGGER event_no_truncate BEFORE TRUNCATE ON {EVENTS}
    FOR EACH STATEMENT EXECUTE FUNCTION kyc_append_only();
CREATE OR REPLACE TRIGGER seal_append_only BEFORE UPDATE OF {SEALED_COLUMNS} ON {SEALS}
    FOR EACH ROW EXECUTE FUNCTION kyc_append_only();
CREATE OR REPLACE TRIGGER seal_no_delete BEFORE DELETE ON {SEALS}
    FOR EACH ROW EXECUTE FUNCTION kyc_append_only();
CREATE OR REPLACE TRIGGER seal_no_truncate BEFORE TRUNCATE ON {SEALS}
    FOR EACH STATEMENT EXECUTE FUNCTION kyc_append_only();
"""


def after_migrate(sender: Any, *, using: str, **kwargs: Any) -> None:
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the missing triggers; do nothing before the tables exist."""
    tables = connection.introspection.table_names()
    if EVENTS not in tables or SEALS not in tables:
        return
    with connection.schema_editor() as editor:
        for statement in _statements(connection.vendor):
            editor.execute(statement, params=None)  # None keeps percent signs literal


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [POSTGRESQL]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, when, why in SQLITE
    ]
