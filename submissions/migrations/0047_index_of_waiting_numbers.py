from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0046_redaction_waiting")]

    operations = [
        AddIndexBesideTraffic(
            model_name="image",
            index=models.Index(models.F("submission"), condition=models.Q(("redaction", "no_area")), name="image_number_waiting"),
        ),
    ]
