"""The date of the address document, where the project asks for it, and the question when the document is old.

An old document stops nothing: the agent and the reviewer see a warning that says what to do. ARGOS never gets the date.
"""

from datetime import date

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from argos.matrix import Problem
from argos.matrix.formats import WRONG_DATE, parse_date
from argos.replies.reading import iso_date
from submissions.core import clock
from submissions.models import Submission
from submissions.models.project_choices import AddressDate

NAME = "address_document_date"
OLD = "old_address_document"  # the code of the warning, under which its reason is stored


def is_asked(submission: Submission) -> bool:
    project = submission.project
    return project.has_address_image and project.address_date != AddressDate.NOT_ASKED


def is_required(submission: Submission) -> bool:
    return is_asked(submission) and submission.project.address_date == AddressDate.REQUIRED


def problems(submission: Submission) -> tuple[Problem, ...]:
    """Return what stops Step 2: a required date that is missing, and a date that cannot be true."""
    text = submission.values.get(NAME, "") if is_asked(submission) else ""
    issued = parse_date(iso_date(text))
    if not text:
        missing = _("This is required and is not on the ID. Enter it.")
        return (Problem(NAME, "missing", missing),) if is_required(submission) else ()
    if issued is None:
        return (Problem(NAME, "format", _(WRONG_DATE)),)
    if issued > clock.latest_day():
        return (Problem(NAME, "future", _("This date of issue is in the future. Check the year.")),)
    return ()


def questions(submission: Submission) -> tuple[Problem, ...]:
    """Return the warning about an old document, with or without a reason."""
    if not months_if_old(submission):
        return ()
    text = _("The document is %(age)s. Ask the customer for a newer one, or enter why this one is accepted.")
    return (Problem(NAME, OLD, text % {"age": age_of(submission)}, "warning"),)


def months_if_old(submission: Submission) -> int:
    """Return the age in complete months of a document that the project questions; 0 for any other."""
    issued, project = _issued(submission), submission.project
    if issued is None or issued + relativedelta(months=project.address_date_months) >= _day_of_check(submission):
        return 0
    return _months(issued, submission)


def age_of(submission: Submission) -> str:
    """Return for example "8 months old"; "" without a date."""
    issued = _issued(submission)
    if issued is None:
        return ""
    months = _months(issued, submission)
    return ngettext("%(months)d month old", "%(months)d months old", months) % {"months": months}


def text_of(submission: Submission) -> str:
    """Return the date and the age, and that the project questions it if it does; "" where no date is asked for."""
    issued = _issued(submission)
    if not is_asked(submission):
        return ""
    if issued is None:
        return _("no date entered")
    text = f"{issued.isoformat()} ({age_of(submission)})"
    if not months_if_old(submission):
        return text
    limit = {"months": submission.project.address_date_months}
    return f"{text}. {_('The project questions documents older than %(months)d months.') % limit}"


def _issued(submission: Submission) -> date | None:
    """Return the entered date, if the project asks for it and it can be true."""
    text = submission.values.get(NAME, "") if is_asked(submission) else ""
    issued = parse_date(iso_date(text))
    return issued if issued and issued <= clock.latest_day() else None


def _day_of_check(submission: Submission) -> date:
    """Return the day of the final decision, or today before it."""
    return clock.day_of(submission.decided_at) if submission.decided_at else clock.today()


def _months(issued: date, submission: Submission) -> int:
    age = relativedelta(max(issued, _day_of_check(submission)), issued)
    months: int = age.years * 12 + age.months
    return months
