"""A picture that a phone sends: with the form, or in parts before it (`submissions.uploads`)."""

import uuid

from django.http import Http404, HttpRequest, JsonResponse

from submissions.core import rate_limit
from submissions.models import Submission
from submissions.uploads import parts

PARTS_A_MINUTE = 600  # for one link; 75 MB


def picture_of(request: HttpRequest, submission: Submission, holder: str) -> bytes | None:
    """Return the picture of the form, or that of the parts it names; None without one."""
    if upload := request.FILES.get("picture"):
        return bytes(upload.read())
    if number := request.POST.get("parts", ""):
        return parts.joined(submission, holder=holder, upload=_upload_number(number)) or None
    return None


def store_part(request: HttpRequest, submission: Submission, holder: str) -> JsonResponse:
    """Store a part; an empty one asks how much has arrived."""
    if rate_limit.is_too_fast("phone-part", holder, most=PARTS_A_MINUTE, seconds=60):
        return JsonResponse({"received": 0}, status=429)
    upload, start = _upload_number(request.GET.get("upload", "")), request.GET.get("start", "")
    if not (start.isascii() and start.isdecimal()):
        raise Http404
    # One byte more than the limit, so that a larger part is refused without reading all of it.
    content = request.read(parts.MAX_PART + 1)
    try:
        received = parts.add(submission, content, holder=holder, upload=upload, start=int(start))
    except parts.TooLarge:
        return JsonResponse({"received": 0}, status=413)
    return JsonResponse({"received": received})


def _upload_number(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
