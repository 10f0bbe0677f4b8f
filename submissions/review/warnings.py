"""The warnings of a submission: what a reviewer must acknowledge before approving it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.capture import image_findings, submit
from submissions.capture.fields.form_fields import label_of
from submissions.capture.imaging import live_camera
from submissions.capture.ocr_diff import edited_fields
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import Attempt, Call, CaptureSource, Decision, Image, ImageKind, Submission, User, Verdict
from submissions.outbox import stored_replies
from submissions.search import blind_index
from submissions.signals import store, warning_texts
from submissions.signals.warning_texts import Check
from submissions.workflow import address_date


@dataclass(frozen=True)
class ReviewWarning:
    """Something a reviewer must acknowledge before approving.

    `detail`: what to do about it. `is_from_vendor`: ARGOS reported it, not the portal.
    `group`: the heading that it stands under with its like.
    `needs_reason`: it is acknowledged with a typed reason.
    """

    code: str
    text: str
    detail: str = ""
    is_from_vendor: bool = False
    group: str = ""
    needs_reason: bool = False


def warnings_of(submission: Submission, user: User, calls: Iterable[Call] | None = None) -> tuple[ReviewWarning, ...]:
    """Query what `warnings_from` needs and return its warnings. `calls`: all of its calls, if they are loaded."""
    has_duplicate = blind_index.same_person(user, submission).exists()
    selfies = stored_replies.arrived_selfies(submission) if calls is None else stored_replies.arrived_among(calls)
    skipped = store.skipped_checks_of(submission)
    rows = submission.images.filter(kind=ImageKind.SELFIE, is_current=True).select_related("camera_opening")
    return warnings_from(submission, selfies, skipped, rows.first(), has_duplicate=has_duplicate)


def warnings_from(
    submission: Submission,
    selfies: Sequence[Attempt],
    skipped: Iterable[Check],
    selfie: Image | None,
    *,
    has_duplicate: bool,
) -> tuple[ReviewWarning, ...]:
    """Return what a reviewer must acknowledge before approving.

    `selfies`: the arrived attempts by number. `selfie`: the current one, with its camera.
    """
    warnings = [*_about_scores(submission), *_about_capture(selfie)]
    if refusals := stored_replies.refusals(selfies):
        why = "; ".join(code or _("reason not known") for code in refusals)
        warnings.append(ReviewWarning("selfies_refused", _refused(len(refusals)), why, is_from_vendor=True))
    expiry = submission.values.get("date_of_expiry", "")
    if expiry and expiry < clock.today().isoformat():
        warnings.append(ReviewWarning("expired_id", _("The ID expired on %s") % expiry))
    warnings += _about_address_document(submission)
    if submit.is_unread(submission):
        detail = _("Compare every confirmed value with the image.")
        warnings.append(ReviewWarning("nothing_read", _("No values read from the ID"), detail))
    warnings += [
        ReviewWarning(f"edited:{name}", _("%(field)s differs from the value read") % {"field": label_of(name)})
        for name in edited_fields(submission)
    ]
    if has_duplicate:
        detail = _("Another open or approved submission has the same e-mail, ID or document.")
        warnings.append(ReviewWarning("duplicate", _("Possible duplicate"), detail))
    if submission.has_difference:
        detail = named(_("The ARGOS record differs from the portal's."), submission.project.vendor_name)
        warnings.append(ReviewWarning("differs", _("Record mismatch"), detail))
    if submission.has_aml_hit:
        text, detail = _("Possible sanctions match"), _("Acknowledge it with a reason. Do not tell the customer.")
        warnings.append(ReviewWarning("aml_hit", text, detail, is_from_vendor=True, needs_reason=True))
    return (*warnings, *_about_skipped_checks(skipped, submission.project.vendor_name))


def _about_skipped_checks(rows: Iterable[Check], argos: str) -> Iterable[ReviewWarning]:
    """Warn of each check that ARGOS skipped: its approval or our own would hide it."""
    for check in warning_texts.texts_of(rows):
        text = named(_("ARGOS skipped a check: %(check)s"), argos) % {"check": check.label}
        detail = f"{named(check.meaning, argos)} {check.received}".strip()
        group = named(_("Checks that ARGOS skipped"), argos)
        yield ReviewWarning(check.key, text, detail, is_from_vendor=True, group=group)


@dataclass(frozen=True)
class SkippedCheckState:
    """A check that ARGOS skipped, and who acknowledged it with an approval."""

    text: warning_texts.CheckText
    occurred_at: datetime | None
    acknowledged_by: str


def skipped_checks_of(rows: Iterable[Check], decisions: Sequence[Decision]) -> list[SkippedCheckState]:
    """Return each skipped check once. `decisions`: those of the submission, each with its reviewer."""
    states = {}
    for row in rows:
        text = warning_texts.text_of(row)
        people = [decision.reviewer.name for decision in decisions if _acknowledges(decision, text.key)]
        states[text.key] = SkippedCheckState(text, row.occurred_at, ", ".join(dict.fromkeys(people)))
    return list(states.values())


def _acknowledges(decision: Decision, key: str) -> bool:
    return decision.withdrawn_at is None and decision.verdict == Verdict.APPROVED and key in decision.warnings


def _about_scores(submission: Submission) -> list[ReviewWarning]:
    """Warn of a score below the project's threshold; one that ARGOS did not provide is not above it."""
    project, warnings = submission.project, []
    if is_low(submission.face_similarity, project.face_threshold):
        text = _score_text(_("Face similarity"), submission.face_similarity, project.face_threshold)
        warnings.append(ReviewWarning("face_low", text, _("Compare the faces before you approve.")))
    if is_low(submission.liveness, project.liveness_threshold):
        text = _score_text(_("Liveness"), submission.liveness, project.liveness_threshold)
        detail = _("Check that the selfie shows a live person, not a screen or a print.")
        warnings.append(ReviewWarning("liveness_low", text, detail))
    return warnings


def _about_address_document(submission: Submission) -> Iterable[ReviewWarning]:
    if not address_date.months_if_old(submission):
        return
    reason = submission.reasons.get(address_date.OLD, "")
    given = _("Reason given: %(reason)s") % {"reason": reason} if reason else _("No reason given.")
    text = _("Address document is %(age)s") % {"age": address_date.age_of(submission)}
    detail = _("Ask the agent for a newer document, or accept this one.")
    yield ReviewWarning(address_date.OLD, text, f"{detail} {given}")


def _about_capture(selfie: Image | None) -> Iterable[ReviewWarning]:
    """Warn of a selfie from a file where the project demands a live one, and of a virtual camera."""
    if selfie is None:
        return
    project = selfie.submission.project
    if selfie.source == CaptureSource.LIVEFORM and project.requires_live_selfie:
        text = named(_("Selfie from ARGOS's own form. The project demands the live camera"), project.vendor_name)
        detail = _("The portal did not see how it was taken. Check that it shows a live person.")
        yield ReviewWarning("liveform_selfie", text, detail)
    reasons = selfie.submission.reasons
    for code in live_camera.FINDINGS:
        if code not in selfie.findings:
            continue
        reason = reasons.get(image_findings.reason_key(selfie, code), "")
        detail = _("Reason given: %(reason)s") % {"reason": reason} if reason else _("No reason given.")
        yield ReviewWarning(code, _capture_text(selfie, code), detail)


def _capture_text(selfie: Image, code: str) -> str:
    if code == live_camera.NOT_LIVE:
        return _("Selfie from a file. The project demands the live camera")
    return _("Selfie from a virtual camera: %(name)s") % {"name": live_camera.device_of(selfie) or _("name not known")}


def is_low(score: float | None, threshold: int) -> bool:
    return score is None or score < threshold


def _score_text(name: str, score: float | None, threshold: int) -> str:
    if score is None:
        return _("%(score)s not provided") % {"score": name}
    return _("%(score)s %(value)s is below %(threshold)d") % {
        "score": name,
        "value": f"{score:g}",
        "threshold": threshold,
    }


def _refused(number: int) -> str:
    message = ngettext("%(count)d earlier selfie not accepted", "%(count)d earlier selfies not accepted", number)
    return message % {"count": number}
