"""How many of a project's decisions another officer checks."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_settings import percent


class QualitySettings(models.Model):
    quality_share = percent(
        _("Share of decisions (%)"),
        _(
            "Each week this share of each officer's approvals and rejections is checked by another officer, and at "
            "least one decision of each officer. 0: no quality checks."
        ),
        0,
        db_default=0,
    )
    golden_every = models.PositiveSmallIntegerField(
        _("Golden cases: one per checks"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(1000)],
        help_text=_(
            "After this many checks an officer gets a case whose correct decision a manager set. It looks like the "
            "others. 0: none."
        ),
    )

    class Meta:
        abstract = True
