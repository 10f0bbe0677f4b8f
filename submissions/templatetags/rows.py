"""The long tables, which are written by Jinja2: Django's templates took half of a page for forty rows."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template import engines
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from jinja2 import BaseLoader, Environment, StrictUndefined

from submissions.models import Status, Submission, User
from submissions.templatetags import kyc

register = template.Library()

NOBODY = UUID(int=0)


@register.simple_tag
def rows(name: str, rows: list[Submission], **more: Any) -> SafeString:
    """A table of `templates/rows`, with `more` of what it asks for."""
    written = engines["rows"].get_template(name).render({"rows": rows, "language": get_language() or "en", **more})
    return mark_safe(written)  # noqa: S308  # nosec B308 B703  every value in it was escaped there


def environment(*, loader: BaseLoader | None = None, auto_reload: bool = False, **_defaults: Any) -> Environment:
    """Of `templates/rows`, for Django's backend. A name that nothing has is an error there."""
    found = Environment(
        loader=loader,
        auto_reload=auto_reload,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    told = (kyc.due, kyc.vendors_24h, kyc.age, kyc.score, kyc.is_low, kyc.id_type, kyc.status_name)
    found.filters |= {one.__name__: one for one in (*told, badges, holder, given_by)}
    found.globals |= {"_": _, "page_of": page_of}
    return found


def page_of(submission: Submission, name: str) -> str:
    """The address of its page of that name."""
    before, after = _around(name)
    return f"{before}{submission.pk}{after}"


@lru_cache
def _around(name: str) -> tuple[str, str]:
    """What stands before and behind the id: forty addresses worked out one by one were a twentieth of a page."""
    before, after = reverse(name, args=[NOBODY]).split(str(NOBODY))
    return before, after


def badges(submission: Submission) -> SafeString:
    """Second review, edits, a question to the agent, the last retry code, a difference with the vendor.

    The questions are marks that the queue's own rows carry (`queue.waiting`).
    """
    found = []
    if submission.status == Status.SECOND_REVIEW:
        found.append(_badge("second_review", _("second")))
    if number := submission.edited_count:
        edits = ngettext("%(number)s edit", "%(number)s edits", number) % {"number": number}
        found.append(_badge("edited", edits))
    if getattr(submission, "is_asked", False):
        found.append(_badge("asked", _("agent asked")))
    elif getattr(submission, "is_answered", False):
        found.append(_badge("approved", _("agent answered")))
    if code := submission.retry_code:
        found.append(format_html('<code class="dim" title="{}">{}</code>', _("the last retry code"), code))
    if submission.has_difference:
        found.append(_badge("overdue", _("differs")))
    return format_html_join(" ", "{}", ((badge,) for badge in found))


def _badge(style: str, words: str) -> SafeString:
    return format_html('<span class="status {}">{}</span>', style, words)


def holder(submission: Submission) -> SafeString:
    """Who holds it now, else whose turn a manager said it is."""
    if submission.is_claimed and submission.claimed_by:
        name = escape(submission.claimed_by.name)
        return format_html('{} <small class="dim">{}</small>', name, _("next")) if submission.is_reserved else name
    to = submission.assigned_to
    return format_html('<span class="dim">{}</span>', _("for %(name)s") % {"name": to.name} if to else _("nobody"))


def given_by(user: User) -> str:
    return _("from %(name)s") % {"name": user.name}
