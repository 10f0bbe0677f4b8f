"""What a customer consents to, as the project words it. A version is never changed: a new wording is a new version."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.project import Project


class ConsentText(models.Model):
    """The latest of a project is the one that is read out; older ones stay with the submissions that name them."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="consent_texts", verbose_name=_("project"))
    version = models.CharField(_("version"), max_length=20, help_text=_("As your records name it, for example 2026-03"))
    text = models.TextField(
        _("text"), help_text=_("As it is read out or shown to the customer, in every language used")
    )
    created_at = models.DateTimeField(_("in use since"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="consent_version_once")]

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a consent text is never changed; add a version")
        super().save(*args, **kwargs)
