"""The days and the project of a report: in the URL, by preset or by dates, at most a quarter."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from submissions.core import clock, vendor_text
from submissions.models import Event, Project, Submission, User
from submissions.models.event import EventQuerySet
from submissions.search.filter_engine import day, start_of
from submissions.workflow import review_area

MAX_LENGTH = 92  # days, so that queries are bounded
DEFAULT = "14"


@dataclass(frozen=True)
class Window:
    """First and last day, both included, in the user's time zone; `project` is an id, or "" for all projects."""

    first: date
    last: date
    project: str = ""

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """Return the first moment after the range."""
        return start_of(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1)]

    @property
    def previous(self) -> "Window":
        """Return the range of the same length directly before this one."""
        length = len(self.days)
        return replace(self, first=self.first - timedelta(days=length), last=self.last - timedelta(days=length))

    def on(self, day: date) -> "Window":
        """One of these days, of the same project."""
        return replace(self, first=day, last=day)

    def of_project(self, column: str = "project") -> Q:
        """The condition that rows belong to the project; `column` leads from a row to it."""
        return Q(**{column: self.project}) if self.project else Q()

    @property
    def vendor_name(self) -> str:
        """Return the name for ARGOS of the project, or the one that all projects share."""
        projects = Project.objects.filter(pk=self.project) if self.project else Project.objects.all()
        name: str = projects.shared_vendor_name()
        return name

    def events(self, user: User) -> EventQuerySet:
        """The events of these days about submissions of the project and of the user's review area."""
        rows = Event.objects.filter(at__gte=self.start, at__lt=self.end)
        wanted = self.of_project() & review_area.condition(user)
        return rows.filter(submission_id__in=Submission.objects.filter(wanted).values("pk")) if wanted else rows

    @property
    def in_words(self) -> str:
        first, last = (formats.date_format(day, "DATE_FORMAT") for day in (self.first, self.last))
        return first if first == last else f"{first} – {last}"

    @property
    def query(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat(), **self.project_query}

    @property
    def project_query(self) -> dict[str, str]:
        return {"project": self.project} if self.project else {}

    def decided(self, **filters: str) -> str:
        """The list of what was decided in these days and fits the filters."""
        days = {"decided_from": self.first.isoformat(), "decided_to": self.last.isoformat()}
        return listed(**days, **self.project_query, **filters)

    def asked_again(self, **filters: str) -> str:
        days = {"retry_from": self.first.isoformat(), "retry_to": self.last.isoformat()}
        return listed(**days, **self.project_query, **filters)


def listed(**filters: str) -> str:
    return f"{reverse('submission_list')}?{urlencode({name: text for name, text in filters.items() if text})}"


def presets() -> list[tuple[str, str]]:
    days = [(str(count), _("%(count)d days") % {"count": count}) for count in (7, 14, 30, 90)]
    return [("1", _("Today")), *days]


def window_of(given: QueryDict, user: User) -> tuple[Window, str, list[str]]:
    """(window, the preset it is or "", sentences about what was not understood)."""
    window, preset, sentences = _days_of(given)
    project = given.get("project", "")
    if project and project not in dict(projects(user)):
        sentences.append(vendor_text.left_out("project", project))
        project = ""
    return replace(window, project=project), preset, sentences


def projects(user: User) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in review_area.projects(user).order_by("name").values_list("pk", "name")]


def _days_of(given: QueryDict) -> tuple[Window, str, list[str]]:
    today = clock.local_today()
    sentences: list[str] = []
    if given.get("from") or given.get("to"):
        found = _by_dates(given, today, sentences)
        if found is not None:
            return found, "", sentences
    preset = given.get("days", DEFAULT)
    if preset not in dict(presets()):
        asked = {"days": preset[:20], "shown": DEFAULT}
        sentences.append(_("There is no period of “%(days)s” days. The last %(shown)s days are shown.") % asked)
        preset = DEFAULT
    return Window(today - timedelta(days=int(preset) - 1), today), preset, sentences


def _by_dates(given: QueryDict, today: date, sentences: list[str]) -> Window | None:
    first, last = day(given.get("from", "")), day(given.get("to", "") or today.isoformat())
    if first is None or last is None:
        sentence = _("Enter both days as YYYY-MM-DD, for example 2026-01-31. The last %(shown)s days are shown.")
        sentences.append(sentence % {"shown": DEFAULT})
        return None
    if first > last:
        sentences.append(_("The first day is after the last, so the two days were exchanged."))
        first, last = last, first
    if (last - first).days >= MAX_LENGTH:
        sentences.append(_("A period has at most %(days)d days. The last of them are shown.") % {"days": MAX_LENGTH})
        first = last - timedelta(days=MAX_LENGTH - 1)
    return Window(first, last)
