"""Exports for a user: request one beside a list, follow it, download it with a reason."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.models import Export, ExportFormat, ExportSource
from submissions.reporting.evidence_pack import content as pack_content
from submissions.reporting.exports import create
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person, safe_next
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import check_user_can_export

SHOWN = 30
TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    check_user_can_export(person(request))
    mine = Export.objects.filter(owner=person(request)).order_by("-asked_at")[:SHOWN]
    return render(request, "reporting/exports/list.html", {"exports": mine})


@require_POST
def request_export(request: HttpRequest) -> HttpResponse:
    """Request a file of the list or the queue with the same filters."""
    check_user_can_export(person(request))
    back = safe_next(request, "submission_list")
    source, format = request.POST.get("source", ""), request.POST.get("format", "")
    if source not in ExportSource.values or format not in ExportFormat.values:
        messages.error(request, _("Select CSV or Excel, then export again."))
        return redirect(back)
    reason = read_reason(
        request,
        missing=_("Enter a reason for the export. Nothing was exported."),
        title=_("Export results"),
        back=resolve_url(back),
    )
    is_open = request.POST.get("open") == "1"
    actor = events.actor_of(request)
    try:
        export = create.request_export(
            source, format, request.POST.get("query", ""), by=actor, reason=reason, is_open=is_open
        )
    except create.TooManyExports:
        messages.error(request, _("Three of your exports are in progress. Try again when one is ready."))
        return redirect("export_list")
    except create.SearchLapsed:
        messages.error(request, _("The search on this page has expired. Search again, then export."))
        return redirect(back)
    return redirect("export", pk=export.pk)


def _own(request: HttpRequest, pk: uuid.UUID) -> Export:
    """Return the user's own export; raise 404 for somebody else's."""
    check_user_can_export(person(request))
    found = Export.objects.filter(pk=pk, owner=person(request)).first()
    if found is None:
        raise Http404
    return found


@require_safe
def export(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the whole page, or the part that reloads while the file is generated."""
    found = _own(request, pk)
    request_data = found.told
    context = {"export": found, "reason": request_data["reason"], "query": request_data.get("query", "")}
    return render(
        request,
        "reporting/exports/_state.html" if request.headers.get("HX-Request") else "reporting/exports/page.html",
        context,
    )


@require_POST
def download(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    found = _own(request, pk)
    reason = read_reason(
        request,
        missing=_("Enter a reason for the download."),
        title=_("Download"),
        back=reverse("export", args=[pk]),
    )
    try:
        pieces = create.download(found, by=events.actor_of(request), reason=reason)
    except create.FileGone:
        messages.error(request, _("The file has expired. Exports are kept for 24 hours. Start a new export."))
        return redirect("export", pk=pk)
    day = timezone.localtime(found.asked_at).date().isoformat()
    headers = {"Content-Disposition": f'attachment; filename="submissions-{day}.{found.format}"'}
    return StreamingHttpResponse(pieces, content_type=TYPES[ExportFormat(found.format)], headers=headers)


@require_POST
def evidence_pack(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Return one submission as a PDF, masked by default; a reason is required in both cases."""
    found = get_submission_for(person(request), pk, "export")
    reason = read_reason(
        request,
        missing=_("Enter a reason for the evidence pack."),
        title=_("Download PDF"),
        back=reverse("submission", args=[pk]),
    )
    is_open = request.POST.get("open") == "1"
    content = pack_content.make(found, by=events.actor_of(request), reason=reason, is_open=is_open)
    headers = {"Content-Disposition": f'attachment; filename="evidence-{found.reference}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
