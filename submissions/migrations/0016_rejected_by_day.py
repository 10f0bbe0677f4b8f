from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0015_queue_last_try'),
    ]

    operations = [
        AddIndexBesideTraffic(
            model_name='submission',
            index=models.Index(models.OrderBy(models.F('decided_at'), descending=True), models.F('id'), condition=models.Q(('status', 'rejected')), name='submission_rejected'),
        ),
    ]
