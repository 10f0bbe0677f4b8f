from django.db import migrations


class Migration(migrations.Migration):
    """Only add, so that the previous version can still write; build the index concurrently."""

    atomic = False
    dependencies = [("submissions", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE submissions_submission ADD COLUMN next_note varchar(20) NOT NULL DEFAULT ''"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY submission_next ON submissions_submission (next_note)"),
    ]
