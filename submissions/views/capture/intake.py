"""Store the pictures of a request; what is wrong with one becomes a message beside its field."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from argos.matrix import Problem
from submissions.audit import events
from submissions.capture import images
from submissions.capture.imaging.normalise import UnusableImage
from submissions.models import CameraOpening, ImageKind, Submission
from submissions.models.image import VENDOR_FIELDS, StorageUnavailable


def take_in(request: HttpRequest, submission: Submission) -> list[Problem]:
    """Store each chosen file separately, so that a bad one does not prevent the others."""
    problems = []
    for kind in VENDOR_FIELDS:
        problems += take_one(request, submission, kind)
    return problems


def take_one(
    request: HttpRequest, submission: Submission, kind: ImageKind, opening: CameraOpening | None = None
) -> list[Problem]:
    """`opening`: the live camera that took it; without one it counts as a file."""
    upload = request.FILES.get(kind)
    if not isinstance(upload, UploadedFile):
        return []
    try:
        images.add_image(submission, kind, upload.read(), by=events.actor_of(request), opening=opening)
    except UnusableImage as unusable:
        return [Problem(kind, unusable.code, unusable.message)]
    except StorageUnavailable:
        text = _("The image was not stored. Take it again in a minute.")
        return [Problem(kind, "storage_away", text)]
    return []
