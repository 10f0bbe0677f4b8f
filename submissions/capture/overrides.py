"""Override reasons for a changed value, a warning or an image finding, each with its author.

A reason is stored under the name of the field, the code of the warning, or the key of the image's finding.
"""

from collections.abc import Mapping

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, image_findings, images, submit
from submissions.core.typed_reason import MIN_OVERRIDE_LENGTH, is_reason
from submissions.models import Submission


def known_keys(submission: Submission) -> set[str]:
    """Return the keys under which this submission accepts a reason now."""
    warned = {problem.code for problem in submit.warnings(submission)}
    found = {
        image_findings.reason_key(image, code)
        for image in images.current_images(submission).values()
        for code in image.findings
    }
    return warned | found | {name for name, text in submission.ocr.items() if text}


def save_reasons(submission: Submission, reasons: Mapping[str, str], *, by: Actor) -> None:
    """Write the typed reasons, each with its author; an empty one removes the stored one.

    A text without letters is no reason, and unknown keys are ignored.

    Raises:
        StaleSubmission: it is no longer being captured; nothing is written.
        SavedElsewhere: somebody saved since this row was read; nothing is written.
    """
    before = submission.reasons
    typed = {key: text.strip() for key, text in reasons.items()}
    changed = {key: text for key, text in typed.items() if text != before.get(key, "") and _counts(text)}
    known = known_keys(submission) if changed else set()
    changed = {key: text for key, text in changed.items() if key in known}
    if not changed:
        return
    author = by.user.username if by.user else by.name
    authors = {**submission.reason_authors, **dict.fromkeys(changed, author)}
    submission.reasons = {key: text for key, text in {**before, **changed}.items() if text}
    authors = {key: name for key, name in authors.items() if key in submission.reasons}
    columns = {"reasons_sealed": submission.reasons_sealed, "reason_authors": authors}
    with transaction.atomic():
        drafts.write_draft(submission, **columns)
        drafts.add_capturer(submission, by)
        events.record("reason_given", by=by, submission=submission, fields={"for": sorted(changed)})


def _counts(text: str) -> bool:
    return not text or is_reason(text, shortest=MIN_OVERRIDE_LENGTH)
