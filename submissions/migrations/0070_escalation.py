import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0069_quality_checks")]

    operations = [
        migrations.AddField("submission", "escalated_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "submission",
            "escalated_by",
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
