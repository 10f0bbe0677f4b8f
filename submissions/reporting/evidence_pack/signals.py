"""What ARGOS reported beside its status, as tables of the evidence pack."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from submissions.capture.fields import form_fields
from submissions.core.vendor_text import named
from submissions.models import DifferenceKind, Submission
from submissions.review.page.confidence import readings_of
from submissions.review.page.signals import signals_of
from submissions.review.warnings import skipped_checks_of
from submissions.workflow import address_date, verification_methods

Show = Callable[[str, str], str]
Table = tuple[list[str], list[list[str]]]


def moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else "–"


def skipped_checks(submission: Submission) -> Table:
    """Return each check that ARGOS skipped and who acknowledged it, if anybody did."""
    decisions = list(submission.decisions.select_related("reviewer"))
    rows = [
        [
            check.text.label,
            check.text.received,
            moment(check.occurred_at),
            check.acknowledged_by or _("Not acknowledged"),
        ]
        for check in skipped_checks_of(submission.skipped_checks.all(), decisions)
    ]
    return [_("Check"), _("As received"), _("When (UTC)"), _("Acknowledged by")], rows


def reported(submission: Submission, *, is_open: bool) -> Table:
    """Return the signals that ARGOS reports; a masked pack has no address and no ids."""
    found = signals_of(submission, submission.values.get("date_of_birth", ""), is_open=is_open)
    argos = submission.project.vendor_name
    rows = [[named(signal.label, argos), signal.value, signal.hint] for signal in found if is_open or not signal.is_id]
    return [_("Signal"), _("Value"), _("Warnings")], rows


def confidences(submission: Submission) -> Table:
    """Return how sure ARGOS was of each value that it read, without the values."""
    rows = [
        [form_fields.label_of(name), reading.text or "–", _("doubtful") if reading.is_low else ""]
        for name, reading in readings_of(submission).items()
    ]
    return [
        _("Field"),
        named(_("Confidence of ARGOS, as received"), submission.project.vendor_name),
        _("Warnings"),
    ], rows


def stored_otherwise(submission: Submission, show: Show) -> Table:
    """Return each value that ARGOS stored otherwise than it was sent, also where both agree again."""
    rows = []
    for difference in submission.differences.filter(kind=DifferenceKind.DATA):
        difference.submission = submission
        period = f"{moment(difference.found_at)} – {moment(difference.gone_at) if difference.gone_at else ''}"
        rows += [
            [form_fields.label_of(name), show(name, ours), show(name, theirs), period]
            for name, (ours, theirs) in difference.values.items()
        ]
    return [
        _("Field"),
        _("Value sent"),
        named(_("Stored at ARGOS"), submission.project.vendor_name),
        _("Found, resolved (UTC)"),
    ], rows


def facts(submission: Submission) -> list[tuple[str, str]]:
    """Return the route, the verification methods, the address document's age, and a skipped check that is hidden."""
    route = (_("Route"), str(submission.get_route_display()))
    methods = (_("Verification methods"), verification_methods.of(submission).text)
    proof = address_date.text_of(submission)
    return [
        route,
        methods,
        *([(_("Date of the address document"), proof)] if proof else []),
        *([(_("Warnings"), _("Approved with a skipped check"))] if submission.hides_skipped_check else []),
    ]
