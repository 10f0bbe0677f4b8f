"""Asking the agents: a reviewer's question, answered with a note or a picture. Nothing moves and no clock stops.

A picture stays in the portal unless the project adds such images to the record at ARGOS and a person says which it is.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, images, submit
from submissions.capture.imaging import decode_slots, normalise
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import Call, CallKind, Image, ImageKind, Question, Submission
from submissions.models.submission import IN_REVIEW, is_in_review
from submissions.outbox import new_calls
from submissions.review.workload import snooze
from submissions.workflow.permissions import NotAllowed, holds_claim
from submissions.workflow.transitions import StaleSubmission

# ARGOS's names where an image is added later; Step 2 calls the selfie faceImage.
LATER_FIELDS = {
    ImageKind.ID_FRONT: "idImage",
    ImageKind.ID_BACK: "idBackImage",
    ImageKind.SELFIE: "selfieImage",
    ImageKind.ADDRESS: "addressImage",
}
KINDS = [(kind.value, kind.label) for kind in LATER_FIELDS]


class AlreadyAsked(Exception):
    """One question at a time: the one before waits for its answer."""


class AnswerMissing(Exception):
    """An answer is a text or a picture."""


def ask(submission: Submission, text: str, *, by: Actor) -> Question:
    """Ask the capturers.

    Raises:
        NotAllowed: only the one who holds the claim asks.
        AlreadyAsked
    """
    assert by.user is not None
    if not holds_claim(by.user, submission):
        raise NotAllowed(_("Claim it first: only the one who reviews it asks the agent."))
    question = Question(submission=submission, asked_by=by.user)
    question.text = text
    try:
        with transaction.atomic():
            question.save(force_insert=True)
            events.record("agent_asked", by=by, submission=submission, fields={"question": str(question.pk)})
    except IntegrityError as error:
        raise AlreadyAsked(submission.reference) from error
    return question


def answer(question: Question, text: str, content: bytes | None, *, by: Actor) -> None:
    """Answer with a note, a picture, or both. A user who answers becomes a capturer and cannot decide.

    Raises:
        AnswerMissing, intake.UnusableImage: nothing is stored.
        StaleSubmission: somebody has answered in the meantime.
    """
    if not text and content is None:
        raise AnswerMissing
    submission = question.submission
    question.answer = text
    if content is None:
        _write(question, None, by=by)
        return
    image, prepared = _attachment(submission, content, by=by)
    with images.stored(image, prepared):
        _write(question, image, by=by)


def _write(question: Question, image: Image | None, *, by: Actor) -> None:
    submission = question.submission
    columns = {"answered_by": by.user, "answered_at": clock.now(), "answer_sealed": question.answer_sealed}
    fields = {"question": str(question.pk), "image": str(image.pk) if image else ""}
    with transaction.atomic():
        if image:
            image.save(force_insert=True)
        drafts.add_capturer(submission, by)
        if not Question.objects.open().filter(pk=question.pk).update(**columns, image=image):
            raise StaleSubmission(submission.reference)
        events.record("agent_answered", by=by, submission=submission, fields=fields)
        snooze.end(submission, by=by, why="answered")


def _attachment(submission: Submission, content: bytes, *, by: Actor) -> tuple[Image, bytes]:
    """Checked, re-encoded and encrypted as every image; never current, so that no step sends it."""
    assert by.user is not None
    with decode_slots.one_upload(f"user:{by.user.pk}"):
        prepared = normalise.prepare(content, normalise.Kind.ADDRESS)
    image = Image(
        submission=submission,
        kind=ImageKind.ATTACHMENT,
        content_type=prepared.content_type,
        sha256=prepared.sha256,
        size=len(prepared.content),
        width=prepared.width,
        height=prepared.height,
        notes=list(prepared.notes),
        is_current=False,
        created_by=by.user,
    )
    return image, prepared.content


def why_image_stays(submission: Submission) -> str:
    """Return why an answer's image is not sent to ARGOS; "" where it may be.

    Not after a decision: the vendor's pages name no status in which PUT image is allowed, so it is not assumed.
    """
    project = submission.project
    if not project.sends_later_images:
        return named(
            _("The image stays in the portal: this project adds no later images to the ARGOS record."),
            project.vendor_name,
        )
    if not project.admin_email:
        return named(
            _("The image stays in the portal: the project has no reviewer e-mail at ARGOS."), project.vendor_name
        )
    if submission.status not in IN_REVIEW or not submission.vendor_id:
        return named(
            _("The image stays in the portal: images are added only while the submission is pending."),
            project.vendor_name,
        )
    return ""


def send_image(question: Question, kind: ImageKind, *, by: Actor) -> Call:
    """Prepare the call that adds the answer's image to the vendor's record, in place of its image of this kind.

    Raises:
        NotAllowed: the project, the status, or this person does not allow it.
        AnswerMissing: the answer has no image.
        StaleSubmission: another call is open, or the submission moved.
    """
    submission, image = question.submission, question.image
    if image is None:
        raise AnswerMissing
    if why := why_image_stays(submission):
        raise NotAllowed(why)
    assert by.user is not None
    if question.answered_by_id != by.user.pk and not holds_claim(by.user, submission):
        raise NotAllowed(_("Only the person who answered or the reviewer with the claim sends the image."))
    values = {"submissionId": submission.vendor_id, "admin": submission.project.admin_email}
    if kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK):
        values["idType"] = _id_type(submission)
    with transaction.atomic():
        call = new_calls.prepare(
            submission, CallKind.IMAGE, None, by=by, values=values, images=[image], image_field=LATER_FIELDS[kind]
        )
        fields = {"image_kind": kind, "image": str(image.pk)}
        events.record("later_image_prepared", by=by, submission=submission, fields=fields)
    return call


def _id_type(submission: Submission) -> str:
    """Raises NotAllowed where only automatic detection is known: the vendor needs a type."""
    id_type = submission.recognized_id_type or submit.document_type(submission)
    if id_type in ("", "universal", "any"):
        text = _("ARGOS needs the ID type for an ID image, and it is not known.")
        raise NotAllowed(named(text, submission.project.vendor_name))
    return id_type.replace(" ", "_")


def all_questions(submission: Submission) -> list[Question]:
    """Return all questions, oldest first."""
    return list(submission.questions.select_related("asked_by", "answered_by", "image"))


def mark_seen(read: Iterable[Question]) -> None:
    """Mark the answers among these questions as seen by the reviewer who holds the claim."""
    unread = [question.pk for question in read if question.answered_at and question.seen_at is None]
    if unread:
        Question.objects.unread().filter(pk__in=unread).update(seen_at=clock.now())


def waits_for_answer() -> Q:
    """Return the condition of a submission in review about which agents are asked."""
    return Q(is_in_review(), pk__in=Question.objects.open().values("submission_id"))
