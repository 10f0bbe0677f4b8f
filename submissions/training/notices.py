"""What a reviewer sees of their own training: it ends soon, or projects refuse them because it has ended."""

from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import Project, Reviewer, User
from submissions.models.training import SOON, barring
from submissions.workflow.role_permissions import untrained_sentence, why_not_trained


@dataclass(frozen=True)
class Bar:
    """`why`: what to do. `projects`: the names of those that refuse. `is_everywhere`: nothing else can be claimed."""

    why: str
    projects: list[str]
    is_everywhere: bool


def bar_of(user: User) -> Bar | None:
    """Return what keeps the reviewer from claiming, if a project requires a training that they do not have."""
    refusing = list(barring(user).values_list("name", flat=True))
    if not refusing:
        return None
    others = Project.objects.filter(reviewer=Reviewer.CLIENT).exclude(pk__in=barring(user))
    return Bar(why_not_trained(user), refusing, not others.exists())


def notice(user: User, end: date | None, *, is_barred: bool) -> str:
    """Return the home page's sentence about a reviewer's own training.

    "" if the training ends later, or if there is none and no project requires one.

    `end`: the last day (`models.training.with_end`). `is_barred`: a project refuses them without a valid one.
    """
    if not user.is_reviewer or (end and end > clock.today() + SOON):
        return ""
    if end is None:
        return untrained_sentence(has_records=False) if is_barred else ""
    if end < clock.today():
        return untrained_sentence(has_records=True)
    text = _("Your training is valid until %(day)s. Ask an administrator or manager to enter the new one in time.")
    return text % {"day": formats.date_format(end, "DATE_FORMAT")}
