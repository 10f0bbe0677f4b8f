import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0059_working_hours")]

    operations = [
        migrations.AddField("submission", "snoozed_until", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "submission",
            "snoozed_by",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
