import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0018_erasure_of_ours_alone'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='keep_webhook_days',
            field=models.PositiveSmallIntegerField(db_default=30, default=30, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days a webhook is kept after it was handled'),
        ),
    ]
