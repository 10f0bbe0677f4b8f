from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0019_keep_webhook_days'),
    ]

    operations = [
        AddIndexBesideTraffic(
            model_name='webhookdelivery',
            index=models.Index(models.F('project'), models.F('handled_at'), condition=models.Q(('handled_at__isnull', False)), name='webhook_kept'),
        ),
    ]
