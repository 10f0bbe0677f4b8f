"""Collect the content of the evidence pack of one submission: plain tables, which `pdf` draws.

The masked pack identifies no one: numbers are cut, comments and images are omitted, but the SHA-256 is included.
"""

import hashlib
import uuid
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import ocr_diff
from submissions.capture.fields import form_fields
from submissions.capture.imaging import live_camera
from submissions.core import clock, encryption
from submissions.core.vendor_text import named
from submissions.models import Call, Decision, Event, Image, ImageKind, Submission
from submissions.models.encrypted import decrypted_text
from submissions.reporting import event_text, timeline
from submissions.reporting.evidence_pack import aml, pdf, signals
from submissions.reporting.evidence_pack.signals import Show, Table, moment
from submissions.reporting.exports.rows import masked_value
from submissions.review import reject_reasons, verdicts
from submissions.workflow.permissions import NotAllowed

LOOKS = ("looked", "image_opened", "revealed", "aml_looked")
HOW_IT_WENT = ("difference_found", "difference_gone", "call_unknown", "call_settled", "several_at_vendor")
TIMELINE = 400


@dataclass
class Pack:
    """`sections`: title, heading and rows; `images`: (caption, content)."""

    title: str
    facts: list[tuple[str, str]]
    sections: list[tuple[str, Table]]
    images: list[tuple[str, bytes]] = field(default_factory=list)


def make(submission: Submission, *, by: Actor, reason: str, is_open: bool) -> bytes:
    """Return the PDF and record its creation, the reason and its SHA-256 as an event.

    Raises:
        NotAllowed: a second reviewer without a verdict yet would read the first verdict here.
    """
    assert by.user is not None
    if verdicts.is_blind(submission, by.user):
        raise NotAllowed(_("The evidence pack contains another reviewer's decision, which is not shown to you yet."))
    images = list(submission.images.select_related("created_by").order_by("created_at"))
    content = pdf.draw(gather(submission, images, by=by, is_open=is_open))
    event_fields = {
        "open": is_open,
        "images": [str(image.pk) for image in images] if is_open else [],
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    events.record(
        "evidence_pack_made", by=by, submission=submission, purpose="evidence", reason=reason, fields=event_fields
    )
    return content


def gather(submission: Submission, images: list[Image], *, by: Actor, is_open: bool) -> Pack:
    assert by.user is not None
    show = (lambda name, value: value) if is_open else masked_value
    read = {image.pk: _bytes_of(image) for image in images}
    argos = submission.project.vendor_name
    sections = [
        (_("Data"), _data(submission, show, is_open)),
        (_("Attempts and requests"), _attempts(submission)),
        (_("Scores and codes"), _scores(submission, images)),
        (named(_("Checks that ARGOS skipped"), argos), signals.skipped_checks(submission)),
        (named(_("Signals from ARGOS"), argos), signals.reported(submission, is_open=is_open)),
        (_("Reading confidence"), signals.confidences(submission)),
        (named(_("Values stored otherwise at ARGOS"), argos), signals.stored_otherwise(submission, show)),
        (_("Images"), _images(images, read)),
        (_("Decisions"), _decisions(submission, is_open)),
        (_("AML screening and reviews"), aml.table(submission, by.user, is_open=is_open)),
        (_("How each discrepancy was resolved"), _discrepancies(submission, show, is_open)),
        (_("Timeline"), _timeline(submission)),
    ]
    drawn = [(_caption(image), content) for image in images if is_open and (content := read[image.pk])]
    return Pack(
        _("Evidence pack %(reference)s") % {"reference": submission.reference},
        _facts(submission, by, is_open),
        sections,
        drawn,
    )


def _facts(submission: Submission, by: Actor, is_open: bool) -> list[tuple[str, str]]:
    decided = (
        submission.decided_by.name
        if submission.decided_by
        else named(submission.get_source_display(), submission.project.vendor_name)
    )
    people = ", ".join(capturer.user.name for capturer in submission.capturers.select_related("user"))
    return [
        (_("Status"), str(submission.get_status_display())),
        *signals.facts(submission),
        (pgettext("time of a decision", "Decided"), f"{moment(submission.decided_at)} {decided}".strip()),
        (_("Project, team"), f"{submission.project.name}, {submission.team.name}"),
        (_("Document"), f"{submission.issuing_country} {form_fields.choice_label(submission.id_type)}"),
        (named(_("ARGOS ID"), submission.project.vendor_name), submission.vendor_id or "–"),
        (_("Captured by"), people or "–"),
        (
            _("Created, Step 1, 24-hour limit (UTC)"),
            ", ".join(
                moment(at) for at in (submission.created_at, submission.step1_started_at, submission.deadline_at)
            ),
        ),
        (
            _("This pack"),
            _("made %(at)s UTC by %(name)s, %(kind)s")
            % {
                "at": moment(clock.now()),
                "name": by.user.name if by.user else by.name,
                "kind": _("complete") if is_open else _("masked"),
            },
        ),
    ]


def _data(submission: Submission, show: Show, is_open: bool) -> Table:
    values, ocr, reasons = submission.values, submission.ocr, submission.reasons
    rows = [
        [
            form_fields.label_of(name),
            show(name, ocr.get(name, "")),
            show(name, values.get(name, "")),
            reasons.get(name, "") if is_open else "",
        ]
        for name in form_fields.LABELS
        if values.get(name) or ocr.get(name)
    ]
    return [_("Field"), _("Read from the ID"), _("Confirmed"), _("Why it was changed")], rows


def _attempts(submission: Submission) -> Table:
    calls = submission.calls.select_related("attempt", "attempt__confirmed_by").order_by("prepared_at")
    heads = [
        _("Request"),
        _("Requested (UTC)"),
        _("By"),
        _("Sent, ended (UTC)"),
        pgettext("outcome of a call", "End"),
        _("Images sent (SHA-256)"),
    ]
    return heads, [_attempt(call) for call in calls]


def _attempt(call: Call) -> list[str]:
    agent, argos = call.attempt.confirmed_by, call.submission.project.vendor_name
    end = " ".join(
        part for part in (named(call.get_state_display(), argos), call.error, call.error_code, call.settled_as) if part
    )
    sent = "\n".join(f"{image['field']} {image['sha256'][:16]}…" for image in call.attempt.images)
    name = f"{call.get_kind_display()} {call.attempt.number}"
    return [
        name,
        moment(call.prepared_at),
        agent.name if agent else "–",
        f"{moment(call.sent_at)}\n{moment(call.ended_at)}",
        end,
        sent,
    ]


def _scores(submission: Submission, images: list[Image]) -> Table:
    project = submission.project
    selfie = next((image for image in images if image.is_current and image.kind == ImageKind.SELFIE), None)
    rows = [
        [
            _("Face similarity"),
            _text(submission.face_similarity),
            _("warning below %(limit)d") % {"limit": project.face_threshold},
        ],
        [
            _("Liveness"),
            " ".join(part for part in (_text(submission.liveness), live_camera.liveness_note(selfie)) if part),
            _("warning below %(limit)d") % {"limit": project.liveness_threshold},
        ],
        [_("Verification result (not the outcome)"), submission.verification_result or "–", ""],
        [
            named(_("Selfies sent, ARGOS count"), project.vendor_name),
            f"{submission.selfies_sent}, {_text(submission.vendor_count)}",
            "",
        ],
        [named(_("ARGOS status"), project.vendor_name), submission.vendor_status or "–", ""],
        [named(_("ARGOS codes"), project.vendor_name), ", ".join(submission.vendor_codes) or "–", ""],
        [_("Codes of the last retry"), ", ".join(submission.last_retry) or "–", ""],
        [_("Own reason"), submission.reason_code or "–", ""],
    ]
    return [_("What"), _("Value"), _("Threshold")], rows


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _bytes_of(image: Image) -> bytes:
    """Return the image; b"" if the storage has lost or altered it, which the table states."""
    try:
        return image.read()
    except (OSError, encryption.CannotOpen):
        return b""


def _images(images: list[Image], read: dict[uuid.UUID, bytes]) -> Table:
    heads = [_("Image"), _("Stored (UTC)"), _("By"), _("Size"), _("SHA-256"), _("Checked now")]
    rows = []
    for image in images:
        who = image.created_by.name if image.created_by else "–"
        size = f"{image.width} × {image.height}, {image.size} B"
        sha256 = image.sha256
        if image.original_sha256:
            sha256 += "\n" + _("before the redaction: %(sha256)s") % {"sha256": image.original_sha256}
        rows.append([_caption(image), moment(image.created_at), who, size, sha256, _checked(image, read[image.pk])])
    return heads, rows


def _checked(image: Image, content: bytes) -> str:
    if not content:
        return _("cannot be opened")
    return _("agrees") if hashlib.sha256(content).hexdigest() == image.sha256 else _("DIFFERS")


def _caption(image: Image) -> str:
    states = [image.get_source_display(), "" if image.is_current else _("replaced"), image.get_redaction_display()]
    return f"{image.get_kind_display()} ({', '.join(str(state) for state in states if state)})"


def _decisions(submission: Submission, is_open: bool) -> Table:
    decisions = list(submission.decisions.select_related("reviewer"))
    for decision in decisions:
        decision.submission = submission
    heads = [_("When (UTC)"), _("Reviewer"), _("Decision"), _("Reason"), _("Comment"), _("Acknowledged, corrected")]
    return heads, [_decision(decision, is_open) for decision in decisions]


def _decision(decision: Decision, is_open: bool) -> list[str]:
    verdict = str(decision.get_verdict_display())
    if decision.withdrawn_at:
        verdict += f" ({_('withdrawn')}: {decision.withdrawn_why})"
    warned = [event_text.warning_label(code, decision.submission.project.vendor_name) for code in decision.warnings]
    changes = ", ".join(f"{name}: {value}" if is_open else name for name, value in decision.corrections.items())
    reason = decrypted_text(decision, "warning_reason") if is_open else ""
    ticked = "\n".join(part for part in (", ".join(warned), reason, changes) if part)
    comment = decrypted_text(decision, "comment") if is_open else ""
    code = decision.reason_code
    why = f"{reject_reasons.label_of(code)} ({code})" if code else "–"
    return [moment(decision.decided_at), decision.reviewer.name, verdict, why, comment, ticked]


def _discrepancies(submission: Submission, show: Show, is_open: bool) -> Table:
    """Return edited fields with the agent's reason, and the history of each discrepancy with the vendor's record."""
    values, ocr, reasons = submission.values, submission.ocr, submission.reasons | _corrected(submission)
    rows = [
        [
            form_fields.label_of(name),
            f"{show(name, ocr.get(name, ''))} → {show(name, values.get(name, ''))}",
            (reasons.get(name, "") or _("no reason given")) if is_open else _("reason not in a masked pack"),
        ]
        for name in ocr_diff.edited_fields(submission)
    ]
    history = Event.objects.with_people().filter(submission_id=submission.pk, kind__in=HOW_IT_WENT).order_by("id")
    rows += [_difference(event, submission, is_open) for event in history]
    return [_("What"), _("Difference"), _("Resolved by")], rows


def _corrected(submission: Submission) -> dict[str, str]:
    """Return the reason of each value that the final verdict corrected, which replaces the agent's reason."""
    corrections = Event.objects.filter(submission_id=submission.pk, kind="values_corrected")
    changed = {name for given in corrections.values_list("fields", flat=True) for name in given["changed"]}
    return dict.fromkeys(changed, _("corrected with the decision"))


def _difference(event: Event, submission: Submission, is_open: bool) -> list[str]:
    reason = events.reason_of(event, submission) if is_open else ""
    argos = submission.project.vendor_name
    how = f"{event_text.actor_name(event, argos)}, {moment(event.at)}" + (f": {reason}" if reason else "")
    return [event_text.event_title(event, argos), event_text.event_details(event, argos), how]


def _timeline(submission: Submission) -> Table:
    argos = submission.project.vendor_name
    found = Event.objects.with_people().filter(~timeline.QUALITY_EVENTS, submission_id=submission.pk)
    rows = [
        [
            moment(row.at),
            event_text.event_title(row, argos),
            event_text.event_details(row, argos),
            event_text.actor_name(row, argos),
        ]
        for row in found.exclude(kind__in=LOOKS).order_by("id")[:TIMELINE]
    ]
    return [_("When (UTC)"), _("What"), _("Details"), _("Who")], rows
