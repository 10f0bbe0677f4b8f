"""The sandbox's outcomes in words.

The sandbox reads the outcome from a tag in the customer's e-mail (docs/sandbox.md).
"""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.accounts import demo
from submissions.models import Project

LIVEFORM = "liveform"  # no tag: the new form sends a link instead of Step 1, and the sandbox's page asks the outcome
SCENARIOS: tuple[tuple[str, Promise], ...] = (
    ("", _("Selfie accepted: an officer decides")),
    ("approved", _("Approved at once")),
    ("rejected", _("Rejected at once: the data do not match the ID")),
    ("duplicated_face", _("Rejected at once: the face is known already")),
    ("lowscore", _("Selfie accepted with low scores: an officer decides")),
    ("glare", _("Glare on the first ID image, the second is read")),
    ("noocr", _("Nothing is read from the ID: type every value")),
    ("liveness", _("First selfie fails, the second is accepted")),
    ("reasons", _("First selfie fails for two reasons, the second is accepted")),
    ("liveness2", _("Two selfies fail, the third is accepted")),
    ("fail", _("All three selfies fail: rejected")),
    ("duplicate", _("Refused: this customer is approved already")),
    ("skipped", _("ARGOS skips a check of the ID: an officer acknowledges it")),
    ("skipped+approved", _("Approved at once with a skipped check")),
    ("otherage+lowocr", _("ARGOS reports all signals: the face looks older, a value is read with doubt")),
    ("unreadexpiry", _("ARGOS cannot read the date of expiry")),
    ("altered", _("The ARGOS record differs from what was sent")),
    ("amlhit", _("Approved at once, then the AML screening reports a match")),
    ("amllater", _("Approved at once, and AML monitoring reports a match later")),
    ("amlbefore", _("AML match before the decision: an officer decides")),
    ("signals+approved", _("Korean ID card: the resident number is redacted after the approval")),
    ("nocoords+approved", _("Korean ID card without coordinates: a person marks the resident number")),
    (LIVEFORM, _("Link to ARGOS's own form: you play the customer there and choose the outcome")),
    ("slow", _("The answer to the selfie takes eight seconds")),
    ("lost", _("The answer to the selfie is lost: the portal reads it back")),
)


# Their samples are Korean ID cards instead of passports.
WITH_RESIDENT_NUMBER = ("signals+approved", "nocoords+approved")


def are_offered() -> bool:
    return demo.is_allowed(settings)


def applies_to(project: Project) -> bool:
    return are_offered() and demo.is_here(project.base_url)


def tagged(email: str, scenario: str) -> str:
    """Return the e-mail with the scenario's tag: kim@example.com becomes kim+glare@example.com."""
    name, at, host = email.partition("@")
    if scenario in ("", LIVEFORM) or not at or scenario in name.split("+")[1:]:
        return email
    return f"{name}+{scenario}@{host}"
