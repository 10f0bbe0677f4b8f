"""What a row of the queue says beside its values, each as one piece: a page has forty of them, most without any."""

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.models import Status, Submission

register = template.Library()


@register.filter
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


@register.filter
def holder(submission: Submission) -> SafeString:
    """Who holds it now, else whose turn a manager said it is."""
    if submission.is_claimed and submission.claimed_by:
        name = escape(submission.claimed_by.name)
        return format_html('{} <small class="dim">{}</small>', name, _("next")) if submission.is_reserved else name
    to = submission.assigned_to
    return format_html('<span class="dim">{}</span>', _("for %(name)s") % {"name": to.name} if to else _("nobody"))
