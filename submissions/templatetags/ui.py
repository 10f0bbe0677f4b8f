"""Parts of the interface: icons, initials of people, flags."""

import zlib
from typing import Protocol

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from argos import matrix
from submissions.models import Status, Submission
from submissions.search.sorting import Sorting

register = template.Library()


class Named(Protocol):
    username: str
    name: str


COLOURS = "abcdef"  # of `.face-*` in core/parts.css
# (class, icon) of a status by what it needs: nothing, a user, an automatic end, haste; failed; done.
NEUTRAL, ACT, WAIT = ("", "circle-dashed"), ("pill-info", "arrow-right"), ("pill-info", "loader-2")
WARN, BAD, GOOD = ("pill-warn", "alert-triangle"), ("pill-bad", "x"), ("pill-ok", "check")
TONES = {
    Status.DRAFT: NEUTRAL,
    Status.STEP1_SENDING: WAIT,
    Status.STEP1_RETRY: WARN,
    Status.CONFIRMING: ACT,
    Status.STEP2_SENDING: WAIT,
    Status.INCOMPLETE: WARN,
    Status.PENDING: ACT,
    Status.SECOND_REVIEW: ACT,
    Status.DECISION_SENDING: WAIT,
    Status.OVERDUE: BAD,
    Status.AT_LIVEFORM: WAIT,
    Status.APPROVED: GOOD,
    Status.REJECTED: BAD,
    Status.ABANDONED: NEUTRAL,
}
FULL_LOAD = 12  # submissions
NEAR = 5  # points above the threshold that still deserve a look


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of `kycportal/icons.txt`, which a screen reader skips; `size` is "", "sm" or "lg"."""
    style = f"icon icon-{size}" if size else "icon"
    sprite = static("vendor/icons.svg")
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', style, sprite, name)


@register.simple_tag
def face(user: "Named | None", size: str = "") -> SafeString:
    """Draw a person's initials, for beside their name; a dashed circle for nobody. `size` is "" or "lg"."""
    if user is None:
        return SafeString('<span class="face face-none" aria-hidden="true"></span>')
    colour = COLOURS[zlib.crc32(user.username.encode()) % len(COLOURS)]
    large = " face-lg" if size == "lg" else ""
    return format_html('<span class="face face-{}{}" aria-hidden="true">{}</span>', colour, large, initials(user.name))


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, or the last two letters of a Korean name."""
    words = name.split()
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][-2:] if "가" <= words[0][0] <= "힣" else words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.simple_tag
def country_flag(code: str) -> SafeString:
    """Draw the flag of an ISO 3166 alpha-3 code, for beside the country's name or code; empty where there is none."""
    short = matrix.alpha_2(code)
    if not short:
        return SafeString("")
    url = static(f"vendor/flags/{short.lower()}.svg")
    return format_html('<img class="flag" src="{}" alt="" width="18" height="13" loading="lazy">', url)


@register.simple_tag
def status_pill(submission: Submission) -> SafeString:
    """Draw the status with its tone and icon."""
    style, name = TONES[Status(submission.status)]
    return format_html('<span class="pill {}">{}{}</span>', style, icon(name), submission.get_status_display())


@register.simple_tag
def score_mark(value: float | None, threshold: float) -> SafeString:
    """Draw a score with a mark that tells by shape and colour how it stands to the project's threshold."""
    if value is None:
        return format_html('<span class="muted">{}</span>', _("No score"))
    limit = f"{threshold:g}"
    if value < threshold:
        tone, words = "bad", _("below the threshold of %(limit)s") % {"limit": limit}
    elif value < threshold + NEAR:
        tone, words = "warn", _("just above the threshold of %(limit)s") % {"limit": limit}
    else:
        tone, words = "ok", _("above the threshold of %(limit)s") % {"limit": limit}
    return format_html(
        '<span class="scored scored-{}" title="{}"><i class="mark mark-{}"></i>{}'
        '<span class="visually-hidden"> {}</span></span>',
        tone,
        words,
        tone,
        f"{value:g}",
        words,
    )


@register.simple_tag
def load_bar(claimed: int, assigned: int) -> SafeString:
    """Draw what a reviewer has, claimed before assigned, on a scale of twelve; the numbers stand beside it."""
    first, both = (min(100, 100 * count // FULL_LOAD) for count in (claimed, claimed + assigned))
    return format_html(
        '<svg class="meter" aria-hidden="true"><rect class="fill-bg" width="100%" height="8" rx="4"/>'
        '<rect class="fill-accent-2" width="{}%" height="8" rx="4"/>'
        '<rect class="fill-accent" width="{}%" height="8" rx="4"/></svg>',
        both,
        first,
    )


@register.simple_tag
def argos_dot(answered: float | None) -> str:
    """Return the class of the dot beside the share of answered requests (percent); none without requests."""
    if answered is None:
        return ""
    return "dot-bad" if answered < 95 else "dot-warn" if answered < 99 else "dot-ok"


@register.simple_tag
def sort_query(query: str, sorting: Sorting, name: str) -> str:
    """Return the page's query that sorts by the column, and by its reverse where it sorts by it already."""
    sign = "-" if sorting.name == name and not sorting.is_reversed else ""
    return f"{query}&sort={sign}{name}" if query else f"sort={sign}{name}"


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw a form's field with Tabler's class for its kind."""
    style = {"checkbox": "form-check-input", "select": "form-select"}.get(field.widget_type, "form-control")
    return field.as_widget(attrs={"class": f"{style} is-invalid" if field.errors else style})
