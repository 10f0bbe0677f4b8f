"""Ask the customer for another photo before anything is sent; it uses no attempt.

The reason is a finding of the image (`capture.imaging.advice` has its sentences), so it stops the send like the ones of
the check: until another photo arrives, or a user overrides it with a reason.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts
from submissions.capture.phone_links import taking
from submissions.invitations.links import handing_over, named
from submissions.invitations.steps import Progress, Step
from submissions.models import Image, ImageKind, Invitation, Occasion
from submissions.workflow import customer_queue
from submissions.workflow.transitions import StaleSubmission


def reasons(kind: str) -> dict[str, str]:
    """Return the reasons that the user can choose for a photo of this kind, by the code of the finding."""
    if kind == ImageKind.SELFIE:
        of_kind = {"asked_face": _("Face not visible")}
    else:
        of_kind = {"asked_glare": _("Light is reflected"), "asked_document": _("Wrong document or side")}
    return {
        "asked_blurred": pgettext("of a photo", "Blurred"),
        "asked_cut": pgettext("of a photo", "Cut off"),
        **of_kind,
        "asked_other": _("Another reason"),
    }


def all_reasons() -> dict[str, str]:
    return reasons(ImageKind.SELFIE) | reasons(ImageKind.ID_FRONT)


def may_ask(step: Step, image: Image | None) -> bool:
    """Return whether the customer sent the image, and nobody has asked for another one yet."""
    return image is not None and image.invitation_id is not None and not step.is_again and not image.asked_again


def ask(invitation: Invitation, kind: ImageKind, image: str, reason: str, *, by: Actor) -> None:
    """Open the photo's step on the customer's phone again.

    `image`: the id of the photo that the user has seen; `reason`: one of `reasons`. A customer who had submitted
    receives a message, if the project sends this one automatically.

    Raises:
        LinkGone: the customer has no open link.
        StaleSubmission: another photo came, the step was sent, or another one was asked for in the meantime.
    """
    submission = invitation.submission
    with handing_over(invitation):
        drafts.write_while_capturing(submission, taking(kind))
        progress = Progress(invitation)
        step, current = progress.step(kind), progress.images.get(kind)
        if current is None or str(current.pk) != image or step is None or not may_ask(step, current):
            raise StaleSubmission(submission.reference)
        Image.objects.filter(pk=current.pk).update(findings=[*current.findings, reason])
        had_submitted = Invitation.objects.filter(pk=invitation.pk, submitted_at__isnull=False)
        is_to_write = had_submitted.update(submitted_at=None, stopped="")
        drafts.add_capturer(submission, by)
        fields = {**named(invitation), "image": image, "image_kind": kind, "why": reason}
        events.record("photo_asked_again", by=by, submission=submission, fields=fields)
        if is_to_write and Occasion.RETRY in customer_queue.automatic(submission.project):
            customer_queue.queue(submission, Occasion.RETRY)
