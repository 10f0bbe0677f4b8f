"""Asking the agents: a reviewer's question, answered with a note or a picture. Nothing moves and no clock stops."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, images
from submissions.capture.imaging import decode_slots, normalise
from submissions.core import clock
from submissions.models import Image, ImageKind, Question, Submission, User
from submissions.workflow.permissions import NotAllowed, holds_claim, visible_to
from submissions.workflow.transitions import StaleSubmission


class AlreadyAsked(Exception):
    """One question at a time: the one before waits for its answer."""


class AnswerMissing(Exception):
    """An answer is a text or a picture."""


def ask(submission: Submission, text: str, *, by: Actor) -> Question:
    """Ask whoever captured it.

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
    """Answer with a note, a picture, or both. Whoever answers has captured: they do not decide on what they said.

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


def _attachment(submission: Submission, content: bytes, *, by: Actor) -> tuple[Image, bytes]:
    """Checked, re-encoded and encrypted as every image; never current, so that it is never sent to the vendor."""
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


def all_questions(submission: Submission) -> list[Question]:
    """Return all questions, oldest first."""
    return list(submission.questions.select_related("asked_by", "answered_by", "image"))


def open_question(submission: Submission) -> Question | None:
    """The one that waits for an answer, readable."""
    question: Question | None = submission.questions.open().select_related("asked_by").first()
    if question is not None:
        question.submission = submission
    return question


def mark_seen(read: Iterable[Question]) -> None:
    """Mark the answers among these questions as seen by the reviewer who holds the claim."""
    unread = [question.pk for question in read if question.answered_at and question.seen_at is None]
    if unread:
        Question.objects.unread().filter(pk__in=unread).update(seen_at=clock.now())


def waiting_for(user: User) -> list[Submission]:
    """What agents of this person's team are asked about, the nearest target first."""
    open_ones = Question.objects.open().values("submission_id")
    return list(visible_to(user).awaiting_review().for_row().filter(pk__in=open_ones).order_by("target_at")[:50])
