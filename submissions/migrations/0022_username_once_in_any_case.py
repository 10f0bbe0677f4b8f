"""A user name once in any case. Where two differ in capitals only, neither can sign in: one is renamed by a person first."""

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


class DoubleNames(Exception):
    """The text says whose, and what to do."""


def refuse_doubles(apps: Any, schema_editor: Any) -> None:
    """Raises DoubleNames. Nothing is renamed here: nobody else can say which of them is whose."""
    names = apps.get_model("submissions", "User").objects.using(schema_editor.connection.alias)
    by_name: dict[str, list[str]] = {}
    for name in names.order_by("pk").values_list("username", flat=True):
        by_name.setdefault(name.lower(), []).append(name)
    doubles = [" and ".join(found) for found in by_name.values() if len(found) > 1]
    if doubles:
        raise DoubleNames(
            f"User names that differ in capitals only: {'; '.join(doubles)}. An administrator renames all but one of each"
            " under /admin/ in the version that runs; then migrate again. Nothing was changed."
        )


class Migration(migrations.Migration):
    contracts = "No version can sign in either of two such people; an older host only fails to add a second one"

    dependencies = [
        ('submissions', '0021_connect_timeout_of_a_second'),
    ]

    operations = [
        migrations.RunPython(refuse_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_name_once_in_any_case'),
        ),
    ]
