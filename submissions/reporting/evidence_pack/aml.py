"""The AML section of the evidence pack: ARGOS's result and each verdict. A masked pack has no memo and no reason."""

from django.utils.translation import gettext as _

from submissions.aml import report_considerations, reviews
from submissions.core.vendor_text import named
from submissions.models import AmlResult, AmlReview, ReportConsideration, Submission, User
from submissions.models.encrypted import decrypted_text
from submissions.reporting.evidence_pack.signals import moment

Table = tuple[list[str], list[list[str]]]


def table(submission: Submission, user: User, *, is_open: bool) -> Table:
    """Return the rows by time. Another reviewer's only verdict is left out for `user` while theirs is due."""
    rows = [_result(result, is_open) for result in AmlResult.objects.filter(pk=submission.pk)]
    for review in reversed(reviews.of(submission)):
        review.submission = submission
        rows += _review(review, user, is_open)
    rows += [_consideration(row, is_open) for row in reversed(report_considerations.of(submission))]
    return [_("When (UTC)"), _("What"), _("Details"), _("Who"), _("Reason")], rows


def _result(result: AmlResult, is_open: bool) -> list[str]:
    counts = [f"{label}: {number}" for label, number in result.counts]
    parts = (
        result.status,
        str(result.risk_label),
        *counts,
        named(result.get_source_display(), result.submission.project.vendor_name),
    )
    told = ", ".join(part for part in parts if part)
    content = result.content if is_open else {}
    memo = "\n".join(part for part in (content.get("memo", ""), ", ".join(content.get("tags", []))) if part)
    return [moment(result.updated_at), _("AML result"), told, result.submission.project.vendor_name, memo]


def _consideration(row: ReportConsideration, is_open: bool) -> list[str]:
    result = _("Report made") if row.is_reported else _("Considered, no report made")
    reference = decrypted_text(row, "reference") if is_open else ""
    reason = decrypted_text(row, "reason") if is_open else ""
    result += f", {reference}" if reference else ""
    title = _("Suspicious transaction report considered")
    return [moment(row.considered_at), title, result, row.considered_by.name, reason]


def _review(review: AmlReview, user: User, is_open: bool) -> list[list[str]]:
    target = _("due %(at)s") % {"at": moment(review.target_at)}
    rows = [[moment(review.opened_at), _("AML review opened"), target, review.submission.project.vendor_name, ""]]
    for verdict in reviews.visible_verdicts(review, user, reviews.verdicts_of(review)):
        reason = decrypted_text(verdict, "reason") if is_open else ""
        label = str(verdict.get_outcome_display())
        rows.append([moment(verdict.at), _("AML decision made"), label, verdict.reviewer.name, reason])
    if review.decided_at:
        outcome = str(review.get_outcome_display())
        rows.append([moment(review.decided_at), _("AML review decided"), outcome, "", ""])
    return rows
