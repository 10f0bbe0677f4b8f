from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0070_escalation")]

    operations = [
        AddIndexBesideTraffic(
            "submission",
            models.Index(
                models.F("escalated_at"),
                condition=models.Q(("escalated_at__isnull", False)),
                name="submission_escalated",
            ),
        ),
    ]
