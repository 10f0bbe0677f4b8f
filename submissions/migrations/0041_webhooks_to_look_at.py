from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):
    atomic = False  # an index is built without holding up writers

    dependencies = [("submissions", "0040_aml_reviews")]

    operations = [
        AddIndexBesideTraffic(
            model_name="webhookdelivery",
            index=models.Index(models.F('received_at'), condition=models.Q(('acknowledged_at', None), ('outcome__in', ('unsupported', 'unreadable', 'unknown_trigger', 'unknown_status', 'no_such_submission', 'no_such_record', 'never_confirmed'))), name='webhook_to_look_at'),
        ),
    ]
