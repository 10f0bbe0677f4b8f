from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0027_companies_and_time_zones")]

    operations = [
        AddIndexBesideTraffic(model_name="call", index=models.Index(models.F("prepared_at"), name="call_prepared")),
    ]
