"""Findings: checks whose verdict differs from the decision. The deciding officer answers, a manager closes."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, typed_reason
from submissions.models import FindingAnswer, QualityCheck, User
from submissions.models.quality import QualityCheckQuerySet
from submissions.quality.checks import lock, visible_checks
from submissions.workflow.permissions import NotAllowed, check_can
from submissions.workflow.role_permissions import is_manager
from submissions.workflow.transitions import StaleSubmission


def waiting_for(user: User) -> QualityCheckQuerySet:
    """Return the findings that this person answers or, as a manager, closes."""
    rows = visible_checks(user)
    own = rows.to_answer().filter(officer=user)
    return own | rows.to_close().exclude(officer=user) if is_manager(user) else own


def why_not_answer(check: QualityCheck, user: User) -> str:
    if not check.is_finding:
        return _("This quality check has no finding.")
    if check.officer_id != user.pk:
        return _("The officer who decided answers the finding.")
    return _("The finding is answered or closed already.") if check.answered_at or check.closed_at else ""


def answer(check: QualityCheck, answer: FindingAnswer, text: str, *, by: Actor) -> None:
    """Record the deciding officer's answer.

    Raises:
        NotAllowed, ReasonMissing
        StaleSubmission: the finding was answered or closed in the meantime.
    """
    assert by.user is not None
    if why := why_not_answer(check, by.user):
        raise NotAllowed(why)
    check_can(by.user, check.submission, "handle")
    check.answer_text = typed_reason.require(text)
    columns = {"answer": answer, "answer_text_sealed": check.answer_text_sealed, "answered_at": clock.now()}
    fields = {"answer": answer}
    rows = QualityCheck.objects.to_answer()
    _write(rows, check, by=by, kind="quality_finding_answered", columns=columns, fields=fields)


def why_not_close(check: QualityCheck, user: User) -> str:
    if not check.is_finding:
        return _("This quality check has no finding.")
    if check.officer_id == user.pk:
        return _("Another manager closes a finding about your own decision.")
    if check.closed_at:
        return _("The finding is closed already.")
    if check.answered_at is None and check.officer.is_active:
        return _("The officer has not answered yet.")
    return ""


def close(check: QualityCheck, *, by: Actor) -> None:
    """Close an answered finding, or one of an officer who was switched off.

    Raises:
        NotAllowed
        StaleSubmission: the finding was closed in the meantime.
    """
    assert by.user is not None
    check_can(by.user, check.submission, "close_finding")
    if why := why_not_close(check, by.user):
        raise NotAllowed(why)
    columns = {"closed_at": clock.now(), "closed_by": by.user}
    _write(QualityCheck.objects.to_close(), check, by=by, kind="quality_finding_closed", columns=columns)


def _write(
    rows: QualityCheckQuerySet,
    check: QualityCheck,
    *,
    by: Actor,
    kind: str,
    columns: Mapping[str, object],
    fields: Mapping[str, str] | None = None,
) -> None:
    with transaction.atomic():
        lock(check.submission)
        if not rows.filter(pk=check.pk).update(**columns):
            raise StaleSubmission(check.submission.reference)
        events.record(kind, by=by, submission=check.submission, fields=fields)
    for name, value in columns.items():
        setattr(check, name, value)
