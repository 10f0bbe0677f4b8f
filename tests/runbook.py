"""Run the SQL of docs/operations.md as an operator would."""

import re

from django.db import connection

from tests.stack import ROOT


def event_parts() -> tuple[str, str]:
    """Return (statements that partition the audit log, statements that add a partition)."""
    text = (ROOT / "docs" / "operations.md").read_text().partition("## Dividing the record of events")[2]
    first, second, *_others = re.findall(r"```sql\n(.*?)```", text, re.S)
    return first, second


def divide_events() -> None:
    """Run the statements in the test's transaction, so without the runbook's BEGIN and COMMIT."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(re.sub(r"^(BEGIN|COMMIT);$", "", event_parts()[0], flags=re.M))


def add_part() -> None:
    with connection.cursor() as cursor:
        cursor.execute(event_parts()[1])
