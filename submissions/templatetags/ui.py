"""Parts of the interface: icons, initials of people, flags."""

import zlib

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from argos import matrix
from submissions.models import Status, Submission, User

register = template.Library()
COLOURS = "abcdef"  # of `.face-*` in core/parts.css
# (class, icon) of a status by what it asks for: nothing, a person, a machine's end, haste; failed; done.
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
    Status.APPROVED: GOOD,
    Status.REJECTED: BAD,
    Status.ABANDONED: NEUTRAL,
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of `kycportal/icons.txt`, which a screen reader skips; `size` is "", "sm" or "lg"."""
    style = f"icon icon-{size}" if size else "icon"
    sprite = static("vendor/icons.svg")
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', style, sprite, name)


@register.simple_tag
def face(user: User | None, size: str = "") -> SafeString:
    """Draw a person's initials, for beside their name; a dashed circle for nobody. `size` is "" or "lg"."""
    if user is None:
        return format_html('<span class="face face-none" aria-hidden="true"></span>')
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
        return format_html("")
    url = static(f"vendor/flags/{short.lower()}.svg")
    return format_html('<img class="flag" src="{}" alt="" width="18" height="13" loading="lazy">', url)


@register.simple_tag
def status_pill(submission: Submission) -> SafeString:
    """Draw the status with its tone and icon."""
    style, name = TONES[Status(submission.status)]
    return format_html('<span class="pill {}">{}{}</span>', style, icon(name), submission.get_status_display())
