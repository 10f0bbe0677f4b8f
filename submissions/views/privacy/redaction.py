"""Redact the area that a person marked on an ID image."""

import math
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.audit import events
from submissions.models import Image
from submissions.privacy import resident_numbers
from submissions.views.request_helpers import go, person
from submissions.workflow.permissions import get_submission_for

SIDES = ("left", "top", "right", "bottom")


@require_POST
def redact(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Redact the part between four distances in percent, of an image whose number has no coordinates."""
    image = Image.objects.filter(pk=pk).first()
    if image is None:
        raise Http404
    image.submission = get_submission_for(person(request), image.submission_id, "reveal")
    left, top, right, bottom = (_share(request.POST.get(side, "")) for side in SIDES)
    if resident_numbers.redact_marked(image, (left, top, right, bottom), by=events.actor_of(request)):
        messages.success(request, _("Number redacted. The original image was destroyed."))
    else:
        text = _("Nothing was redacted. Enter four distances from 0 to 100, left below right and top below bottom.")
        messages.error(request, text)
    return go(request, "submission", pk=image.submission_id)


def _share(text: str) -> float:
    """Return the percentage as a share; -1 for anything else, which is no place on the image."""
    try:
        share = float(text) / 100
    except ValueError:
        return -1
    return share if math.isfinite(share) else -1
