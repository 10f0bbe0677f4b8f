"""Fill the form from the machine-readable lines of a passport, typed or scanned."""

from django.utils.translation import gettext as _

from argos import mrz
from argos.matrix import Problem
from argos.words import N_
from submissions.audit.events import Actor
from submissions.capture import drafts
from submissions.core import clock
from submissions.models import Submission
from submissions.search import guess_limit

FIELD = "mrz"
FILLER = N_("A K may be the sign < in the passport. Compare each K, then correct the lines or select the box below.")


def fill(submission: Submission, text: str, *, by: Actor, is_compared: bool = False) -> list[Problem]:
    """Replace the form's values by those of the lines; write nothing if there is a problem.

    `is_compared`: the user has compared each K of the lines with the passport. The number in the lines counts for the
    guess limit like a typed one, because the page names whose document has it.
    """
    assert by.user is not None
    try:
        guess_limit.count(by.user, text)
    except guess_limit.TooManyNumbers:
        return [Problem(FIELD, "too_many", guess_limit.sentence())]
    lines = mrz.read_td3(text)
    if lines is None:
        wrong = _("These are not the two lines of a passport: 44 signs each, the first beginning with P.")
        return [Problem(FIELD, "mrz_shape", wrong)]
    problems = [*_broken(lines), *_of_another_country(lines, submission.issuing_country)]
    if lines.may_be_filler and not is_compared:
        problems.append(Problem(FIELD, "mrz_filler", str(_(FILLER)), "warning"))
    if not problems:
        drafts.save_values(submission, lines.values(clock.today()), by=by)
    return problems


def _broken(lines: mrz.PassportLines) -> list[Problem]:
    """Return a problem for a check digit that does not match its field: one character is wrong."""
    if not lines.broken:
        return []
    places = {
        "document_number": _("the passport number"),
        "date_of_birth": _("the date of birth"),
        "date_of_expiry": _("the date of expiry"),
        "personal_number": _("the personal number"),
        "all": _("the whole second line"),
    }
    named = ", ".join(str(places[name]) for name in lines.broken)
    text = _("The check digit does not fit %(places)s. Compare the second line sign by sign; O and 0 look alike.")
    return [Problem(FIELD, "mrz_digit", text % {"places": named})]


def _of_another_country(lines: mrz.PassportLines, country: str) -> list[Problem]:
    if lines.issuer == country:
        return []
    text = _("The lines are of a passport issued by %(issuer)s, but the submission has %(country)s.")
    return [Problem(FIELD, "mrz_issuer", text % {"issuer": lines.issuer or "–", "country": country})]
