"""An events table that an operator divided into parts gets a default part, so that every event has room.

Earlier versions made each next part by a task. docs/operations.md has the steps that do it by hand.
"""

from typing import Any

from django.db import migrations

DEFAULT_PART = """
CREATE TABLE submissions_event_rest PARTITION OF submissions_event DEFAULT;
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON submissions_event_rest
    FOR EACH STATEMENT EXECUTE FUNCTION kyc_append_only();
"""


def add_default_part(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT partdefid FROM pg_partitioned_table WHERE partrelid = 'submissions_event'::regclass")
        if cursor.fetchone() == (0,):
            cursor.execute(DEFAULT_PART)


class Migration(migrations.Migration):
    dependencies = [("submissions", "0024_exports_wait_after_a_failure")]

    contracts = "On an older host the hourly task that adds parts fails; the default part takes every event meanwhile"

    operations = [migrations.RunPython(add_default_part, migrations.RunPython.noop)]
