"""The checklist for the first fifteen minutes with the demo; events from its pages tick the steps."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from submissions.accounts import demo
from submissions.models import Event


@dataclass(frozen=True)
class Step:
    text: str
    hint: str
    url: str
    is_done: bool


def steps() -> list[Step]:
    """Return the steps, with one query; none outside the demo, or once all are done."""
    if not demo.is_allowed(settings):
        return []
    made = _done()
    found = [
        Step(text, hint, reverse(url), kind in made)
        for kind, text, hint, url in (
            ("draft_created", _("Capture"), _("as Ara Kim, with sample images"), "submission_new"),
            ("step1_prepared", _("Send"), _("Step 1, confirm the values, Step 2"), "submission_list"),
            ("verdict_given", _("Review"), _("as Omar Haddad"), "review_queue"),
            ("reports_opened", _("Look at the report"), _("as Mina Choi"), "reports"),
        )
    ]
    return [] if all(step.is_done for step in found) else found


def _done() -> set[str]:
    """Return the kinds of events that came from a page: those of the sample submissions have no address."""
    kinds = ("draft_created", "step1_prepared", "verdict_given", "reports_opened")
    done = Event.objects.filter(kind__in=kinds, address__isnull=False).order_by().values_list("kind", flat=True)
    return set(done.distinct())
