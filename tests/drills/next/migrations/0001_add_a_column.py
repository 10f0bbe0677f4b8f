from django.db import migrations


class Migration(migrations.Migration):
    """Adds, so that the version before goes on writing; the index is built beside the traffic."""

    atomic = False
    dependencies = [("submissions", "0001_initial")]
    operations = [
        migrations.RunSQL("ALTER TABLE submissions_submission ADD COLUMN next_note varchar(20) NOT NULL DEFAULT ''"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY submission_next ON submissions_submission (next_note)"),
    ]
