"""Who typed which reason, and one open fresh submission of an ended one. Where there are more, the newest stays linked."""

from typing import Any

from django.db import migrations, models

FINAL = ("approved", "rejected", "abandoned")


def unlink_doubles(apps: Any, schema_editor: Any) -> None:
    """Keep every submission; only the link of an older double to the ended one goes."""
    rows = apps.get_model("submissions", "Submission").objects.using(schema_editor.connection.alias)
    seen: set[Any] = set()
    restarted = rows.filter(previous__isnull=False).exclude(status__in=FINAL).order_by("-created_at")
    for pk, previous in restarted.values_list("pk", "previous_id"):
        if previous in seen:
            rows.filter(pk=pk).update(previous=None)
        seen.add(previous)


class Migration(migrations.Migration):
    contracts = "No version needs a second open restart; an older host only fails to make one while the first is open"


    dependencies = [
        ('submissions', '0022_username_once_in_any_case'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='reason_authors',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name='image',
            name='source',
            field=models.CharField(choices=[('file', 'from a file'), ('camera', 'live camera, says the browser'), ('phone', "customer's phone, from a file"), ('phonecam', "customer's phone, live camera, says the browser")], default='file', max_length=8),
        ),
        migrations.RunPython(unlink_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('approved', 'rejected', 'abandoned')), _negated=True), fields=('previous',), name='submission_one_restart'),
        ),
    ]
