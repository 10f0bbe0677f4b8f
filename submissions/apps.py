from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("KYC submissions")

    def ready(self) -> None:
        from submissions import append_only
        from submissions.signin import factors, record

        post_migrate.connect(append_only.after_migrate, sender=self)
        record.connect()
        factors.connect()
