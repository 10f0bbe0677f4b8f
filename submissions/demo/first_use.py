"""The checklist for the first fifteen minutes with the demo; events from its pages tick the steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from submissions.accounts import demo
from submissions.models import Event

# The event of each step, its text, a hint, and the page.
STEPS = (
    ("draft_created", _("Capture"), _("as Ara Kim, with sample images"), "submission_new"),
    ("step1_prepared", _("Send"), _("Step 1, confirm the values, Step 2"), "submission_list"),
    ("verdict_given", _("Review"), _("as Omar Haddad"), "review_queue"),
    ("reports_opened", _("Look at the report"), _("as Mina Choi"), "reports"),
)


@dataclass(frozen=True)
class Step:
    text: Any  # a lazy translation
    hint: Any
    url: str
    is_done: bool


def figures() -> dict[str, Exists]:
    """Return for each step whether a page has recorded its event, as columns for `steps`; none outside the demo.

    Events of the sample submissions have no address.
    """
    if not demo.is_allowed(settings):
        return {}
    made = Event.objects.filter(address__isnull=False)
    return {f"did_{kind}": Exists(made.filter(kind=kind)) for kind, *_rest in STEPS}


def steps(found: Mapping[str, bool]) -> list[Step]:
    """Return the steps by what `figures` found; none outside the demo, or once all are done."""
    if not found:
        return []
    listed = [Step(text, hint, reverse(url), found[f"did_{kind}"]) for kind, text, hint, url in STEPS]
    return [] if all(step.is_done for step in listed) else listed
