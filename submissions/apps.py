from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "KYC submissions"

    def ready(self) -> None:
        from submissions.signin import record

        record.connect()
