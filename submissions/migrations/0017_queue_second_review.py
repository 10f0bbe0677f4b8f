from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0016_rejected_by_day'),
    ]

    operations = [
        AddIndexBesideTraffic(
            model_name='submission',
            index=models.Index(models.F('target_at'), models.F('id'), condition=models.Q(('status', 'second_review')), name='submission_queue_second'),
        ),
    ]
