"""Template filters: remaining time in words, scores, codes."""

import json
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from argos.matrix import Problem
from submissions.accounts import sessions
from submissions.capture.fields import form_fields
from submissions.capture.image_findings import Noted, noted
from submissions.capture.imaging import quality
from submissions.core import clock, vendor_terms, vendor_text
from submissions.core.encryption import CannotOpen
from submissions.models import Decision, Event, Image, Project, Submission
from submissions.models.encrypted import decrypted_text
from submissions.models.image import VENDOR_FIELDS
from submissions.reporting import event_text
from submissions.review import reject_reasons
from submissions.review.corrections import CORRECTABLE
from submissions.templatetags import ui
from submissions.workflow import deadlines

register = template.Library()
register.filter(decrypted_text)

NO_TIME = format_html('<span class="muted">{}</span>', "–")
SOON, URGENT, _LAST = deadlines.ALERTS  # the colours of the remaining time change at the times of the alerts


def in_words(left: timedelta | None) -> str:
    """Return "in 3 h 12 min" or "Overdue by 5 min", to the minute."""
    if left is None:
        return ""
    words = span(int(abs(left.total_seconds()) // 60))
    return _("Overdue by %(time)s") % {"time": words} if left < timedelta(0) else _("in %(time)s") % {"time": words}


@register.filter
def span(minutes: int) -> str:
    days, hours = divmod(minutes // 60, 24)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


@register.filter
def due(submission: Submission) -> SafeString:
    """Return the remaining time until the current due date, with its colour and kind; a dash without one."""
    if submission.is_in_review:
        return _due(submission.target_at, submission.time_left, "target-arrow", _("Review target"))
    return _due(submission.next_due_at, submission.time_left, "hourglass", _("24-hour limit"))


@register.filter
def due_at(moment: datetime | None) -> SafeString:
    """The time left until a date of the company's own."""
    return _due(moment, moment - clock.now() if moment else None, "target-arrow", _("Due"))


@register.filter
def vendors_24h(submission: Submission) -> SafeString:
    """Return the rest of the vendor's 24 hours."""
    return _due(submission.deadline_at, vendor_left(submission), "hourglass", _("24-hour limit"))


def _due(moment: datetime | None, left: timedelta | None, icon: str, kind: str) -> SafeString:
    if moment is None:
        return NO_TIME
    here = timezone.localtime(moment)
    ends = clock.now() + (left or timedelta(0))  # by our clock, which the page's script continues
    state = urgency(left)
    return format_html(
        '<span class="due due-{}" title="{} {}">{}<span class="visually-hidden">{} </span>'
        '<time datetime="{}" data-left="{}">{}</time></span>',
        state,
        kind,
        date_format(here, "DATETIME_FORMAT"),
        ui.icon("alert-circle" if state == "over" else icon),
        kind,
        here.isoformat(),
        int(ends.timestamp()),
        in_words(left),
    )


@register.simple_tag
def counting() -> str:
    """Return the data for `core/countdown.js`: our clock (seconds), the colour limits, and the words."""
    return json.dumps(
        {
            "now": int(clock.now().timestamp()),
            "soon": int(SOON.total_seconds()),
            "urgent": int(URGENT.total_seconds()),
            "left": _("in %(time)s"),
            "over": _("Overdue by %(time)s"),
            "days": _("%(days)d d %(hours)d h"),
            "hours": _("%(hours)d h %(minutes)d min"),
            "minutes": _("%(minutes)d min"),
        },
        ensure_ascii=False,
    )


@register.filter
def age(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return span(max(0, int((clock.now() - moment).total_seconds() // 60)))


@register.filter
def minutes(time: timedelta) -> str:
    return span(int(time.total_seconds() // 60))


@register.filter
def ago(moment: datetime) -> SafeString:
    """Return how long ago it was, with the exact local time as a tooltip."""
    minutes = max(0, int((clock.now() - moment).total_seconds() // 60))
    words = _("%(time)s ago") % {"time": span(minutes)} if minutes else _("just now")
    here = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', here.isoformat(), date_format(here, "DATETIME_FORMAT"), words
    )


@register.filter
def zone(moment: datetime) -> str:
    """Return the abbreviation of the zone that the page shows times in, for example KST."""
    return timezone.localtime(moment).tzname() or ""


@register.filter
def device(user_agent: str) -> str:
    """Return the browser and the system of a session."""
    return sessions.device(user_agent)


def vendor_left(submission: Submission) -> timedelta | None:
    """Return the time until the vendor's 24 hours end, by the vendor's clock."""
    due = submission.deadline_at
    return due - clock.vendor_now(submission.project) if due else None


def urgency(left: timedelta | None) -> str:
    """Return a CSS class `due-…`; the text beside it says the same."""
    if left is None:
        return "idle"
    if left < timedelta(0):
        return "over"
    return "bad" if left < URGENT else "warn" if left < SOON else "idle"


@register.filter
def score(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


@register.filter
def is_low(value: float | None, threshold: float) -> bool:
    """Return whether a score needs attention: below the project's threshold, or missing."""
    return value is None or value < threshold


@register.filter
def id_type(value: str) -> str:
    return form_fields.choice_label(value)


# A problem names an image by its kind, or by the vendor's field.
KINDS = {name: kind for kind, vendor in VENDOR_FIELDS.items() for name in (kind.value, vendor)}


@register.filter
def anchor(problem: Problem) -> str:
    """Return the anchor of this problem's field on the capture page; for an image its kind."""
    return f"f-{KINDS.get(problem.field, problem.field)}"


def _subject(problem: Problem) -> str:
    """Return the label of the problem's field or image, or "" where it is about neither."""
    found = KINDS[problem.field].label if problem.field in KINDS else form_fields.LABELS.get(problem.field, "")
    return str(found)


@register.filter
def named(problem: Problem) -> str:
    """Return the problem with the label of its field or image, for a list away from the fields."""
    label = _subject(problem)
    return f"{label}: {problem.message}" if label else str(problem.message)


@register.filter
def item(problem: Problem) -> str:
    """Return the problem for a summary: a missing value by its label alone."""
    return (problem.code == "missing" and _subject(problem)) or named(problem)


@register.simple_tag
def camera_threshold(name: str) -> str:
    """Return the threshold of the camera's light meter (`capture/camera.js`), the same as in the server's check."""
    return f"{getattr(quality.LIVE, name):g}"


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    return mapping.get(key, "")


@register.filter
def corrected(decision: Decision) -> list[tuple[str, str]]:
    """Return (label, value) of a decision's corrections; a notice if they cannot be decrypted."""
    try:
        corrections = decision.corrections
    except CannotOpen:
        return [(_("data"), _("cannot be opened"))]
    named = ((CORRECTABLE[name], text) for name, text in corrections.items())
    return [(form_fields.label_of(name), form_fields.text_of(name, text)) for name, text in named]


@register.filter
def reject_reason(code: str) -> str:
    """Return the short label of a reject reason."""
    return reject_reasons.label_of(code)


@register.filter
def vendors_state(word: str, ours: str = "") -> SafeString | str:
    """Return the label of the vendor's status. `ours`: our status beside it."""
    return vendor_terms.state_label(word, ours)


@register.simple_tag
def vendor_state(submission: Submission, word: str) -> SafeString | str:
    """Draw the vendor's word about this submission, with its name in the submission's project."""
    return vendor_terms.state_label(word, submission.status, submission.project.vendor_name) or "–"


@register.filter
def named_in(text: str, project: Project | str) -> str:
    """Return a text of the portal with the name for ARGOS: the project's, or the one that several projects share."""
    name = project.vendor_name if isinstance(project, Project) else project
    if isinstance(text, SafeString):
        return SafeString(vendor_text.named(text, escape(name)))  # nosec B703 (the name is escaped, the rest was safe)
    return vendor_text.named(text, name)


@register.filter
def described(event: Event) -> str:
    return event_text.event_title(event)


@register.filter
def findings(image: Image | None) -> tuple[Noted, ...]:
    return noted(image) if image else ()
