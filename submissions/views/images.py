"""Streams one image, opened from the storage and unsealed here, so that every look is permitted and recorded."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from submissions import events, vault
from submissions.models import Image
from submissions.permissions import get_submission_for
from submissions.views.asking import person


@require_safe
def image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = Image.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    found.submission = get_submission_for(person(request), found.submission_id, "look")
    try:
        content = found.read()
    except (OSError, vault.CannotOpen):
        return render(request, "errors/image.html", status=410)
    fields = {"image": str(found.pk), "image_kind": found.kind}
    events.record(
        "image_opened", by=events.actor_of(request), submission=found.submission, purpose="work", fields=fields
    )
    headers = {"Content-Disposition": f'inline; filename="{found.kind}.jpg"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=found.content_type, headers=headers)
