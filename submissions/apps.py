from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "submissions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("KYC submissions")

    def ready(self) -> None:
        from submissions.accounts import audit_signals
        from submissions.accounts.mfa import secrets
        from submissions.audit import triggers

        post_migrate.connect(triggers.after_migrate, sender=self)
        audit_signals.connect()
        secrets.connect()
