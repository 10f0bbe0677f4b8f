"""The vendor's webhooks: store them, return 200 and confirm them later; the request does nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from submissions.core import client_ip
from submissions.vendor_sync import webhooks


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Return 200 once stored; 404 for an unknown token or source address, 411 without a length, 413 over the limit.

    Django does not read a body without a length (`Transfer-Encoding: chunked`), so 200 would lose it.
    """
    project = webhooks.project_of(token)
    address = client_ip.client_address(request)
    if project is None or not webhooks.may_come_from(project, address):
        return HttpResponse(status=404)
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        return HttpResponse(status=411)
    if not (length.isascii() and length.isdigit() and len(length) < 10) or int(length) > webhooks.MAX_BYTES:
        return HttpResponse(status=413)
    body = request.body
    if len(body) > webhooks.MAX_BYTES:
        return HttpResponse(status=413)
    webhooks.store(project, body, request.content_type or "", address)
    return HttpResponse("ok", content_type="text/plain")
