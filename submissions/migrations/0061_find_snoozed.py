from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0060_snooze")]

    operations = [
        AddIndexBesideTraffic(
            "submission",
            models.Index(
                models.F("snoozed_until"),
                condition=models.Q(("snoozed_until__isnull", False)),
                name="submission_snoozed",
            ),
        ),
    ]
