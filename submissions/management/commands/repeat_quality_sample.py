"""`manage.py repeat_quality_sample`: draw the stored samples of quality checks again and compare, for an auditor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.models import QualitySample
from submissions.quality.sampling import draw, population


class Command(BaseCommand):
    help = "Draw each stored sample of quality checks again from its seed, and compare it with the checks."

    def handle(self, *args: Any, **options: Any) -> None:
        differing = 0
        for sample in QualitySample.objects.select_related("project").order_by("week", "project__name"):
            rows = population(sample.project, sample.week)
            drawn = draw(rows, sample.share, sample.seed)
            checked = set(sample.checks.values_list("submission", flat=True))
            # The checks of erased submissions are not drawn, so the repetition may have more.
            is_same = len(rows) == sample.population and checked <= drawn
            differing += not is_same
            words = "repeated" if is_same else "DIFFERS"
            figures = f"{len(checked)} of {len(drawn)} drawn from {len(rows)}, {sample.share} %, seed {sample.seed}"
            self.stdout.write(f"{sample.week} {sample.project.name}: {words}, {figures}")
        if differing:
            raise CommandError(f"{differing} samples differ")
