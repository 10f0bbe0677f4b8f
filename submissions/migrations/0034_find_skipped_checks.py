from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0033_skipped_checks_and_stored_values")]

    operations = [
        AddIndexBesideTraffic(
            model_name="submission",
            index=models.Index(
                models.F("id"), condition=models.Q(("has_skipped_check", True)), name="submission_skipped"
            ),
        ),
    ]
