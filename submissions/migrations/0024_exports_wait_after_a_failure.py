from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0023_reason_authors_and_one_restart'),
    ]

    operations = [
        migrations.AddField(
            model_name='export',
            name='not_before',
            field=models.DateTimeField(help_text='after a failed try: when the next may begin', null=True),
        ),
    ]
