"""The agent's answer to a reviewer's question."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.capture.imaging.normalise import UnusableImage
from submissions.core import vendor_text
from submissions.models import ImageKind, Question
from submissions.models.image import StorageUnavailable
from submissions.review import questions
from submissions.views.capture import submission_page
from submissions.views.forms.reason import AnswerForm
from submissions.views.request_helpers import person
from submissions.workflow.permissions import NotAllowed, get_submission_for
from submissions.workflow.transitions import StaleSubmission


def send_image(request: HttpRequest, question: Question, kind: ImageKind) -> None:
    """Prepare the image for ARGOS and say what became of it; the answer with its image is stored in any case."""
    try:
        questions.send_image(question, kind, by=events.actor_of(request))
    except NotAllowed as refused:
        messages.warning(request, str(refused))
    except StaleSubmission:
        messages.warning(request, _("The image was not sent: another request is open. Send it when that has ended."))
    else:
        text = _("The image is being sent to ARGOS. No attempt is used.")
        messages.success(request, vendor_text.named(text, question.submission.project.vendor_name))


@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a note, a picture, or both. An error keeps the text and is shown."""
    found = get_submission_for(person(request), pk, "capture")
    question = Question.objects.open().filter(submission=found).first()
    if question is None:
        messages.info(request, _("There is no open question. Somebody has answered it."))
        return redirect("submission", pk=pk)
    question.submission = found
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Not answered yet: %(why)s") % {"why": " ".join(map(str, form.errors["answer"]))})
        if request.FILES:
            messages.warning(request, _("Attach the image again too."))
        typed = {"answer": request.POST.get("answer", "")}
        return submission_page.render_submission(request, found, typed=typed, status=422)
    text = form.cleaned_data["answer"]
    upload = request.FILES.get("attachment")
    content = upload.read() if upload else None
    try:
        questions.answer(question, text, content, by=events.actor_of(request))
    except questions.AnswerMissing:
        messages.error(request, _("Enter an answer, or attach an image."))
    except UnusableImage as problem:
        messages.error(request, _("Image not accepted: %(why)s") % {"why": problem})
        return submission_page.render_submission(request, found, typed={"answer": text}, status=problem.http_status)
    except StorageUnavailable:
        messages.error(request, _("The image was not stored. Attach it again in a minute."))
        return submission_page.render_submission(request, found, typed={"answer": text}, status=503)
    else:
        messages.success(request, _("Answered. The reviewer sees it in the queue."))
        if content is not None and (kind := form.cleaned_data["image_kind"]):
            question.refresh_from_db(fields=["image", "answered_by"])
            send_image(request, question, ImageKind(kind))
    return redirect("submission", pk=pk)
