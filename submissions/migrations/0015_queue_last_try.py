from django.db import migrations, models

from submissions.models.indexes import AddIndexBesideTraffic


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0014_latest_verdicts_of_a_reviewer'),
    ]

    operations = [
        AddIndexBesideTraffic(
            model_name='submission',
            index=models.Index(models.F('target_at'), models.F('id'), condition=models.Q(models.Func(models.F('status'), output_field=models.BooleanField(), template="COALESCE(%(expressions)s, '') IN ('pending', 'second_review')"), models.Q(('vendor_count__gte', 3), ('selfies_sent__gte', 3), _connector='OR')), name='submission_queue_last_try'),
        ),
    ]
