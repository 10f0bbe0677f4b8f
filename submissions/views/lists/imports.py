"""Import customers from a file: upload, preview each row, create drafts, download what was not created."""

import csv
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.capture.fields.form_fields import choice_label
from submissions.core.text_fields import set_messages
from submissions.imports import read, work
from submissions.imports.row_form import RowForm, column_label, id_types, problems_of
from submissions.models import CustomerImport, ImportRow, ImportState, Invitation, Project, RowState, Team, User
from submissions.reporting.exports.writers import harmless_in_csv
from submissions.views.forms.capture import last_project, limited_to_area
from submissions.views.request_helpers import person
from submissions.workflow import review_area
from submissions.workflow.role_permissions import check_user_can_start, is_limited_to_team

SHOWN = 50
NOT_CREATED = (RowState.MALFORMED, RowState.KNOWN, RowState.REPEATED, RowState.FAILED)
PILLS: dict[str, str] = {
    **dict.fromkeys((RowState.READY, RowState.CREATED), "pill-ok"),
    **dict.fromkeys((RowState.MALFORMED, RowState.FAILED), "pill-bad"),
    **dict.fromkeys((RowState.KNOWN, RowState.REPEATED), "pill-warn"),
}
SAMPLE = ("mina.sample@example.com", "C-1042", "KOR", "passport", "010-0000-0000")


class ImportForm(forms.Form):
    project = forms.ModelChoiceField(
        Project.objects.filter(is_open=True).order_by("name"), label=gettext_lazy("Project"), empty_label=None
    )
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=gettext_lazy("Team"), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, at most 10,000 rows and 5 MB"),
        widget=forms.ClearableFileInput({"accept": ".csv,.xlsx,text/csv"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_messages(self)
        team, project = limited_to_area(self, user)
        if is_limited_to_team(user):
            team.queryset = Team.objects.filter(pk=user.team_id or 0)
        project.initial = last_project(user)
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control" if name == "file" else "form-select"}


def import_list(request: HttpRequest) -> HttpResponse:
    """Show the user's imports and accept a file."""
    user = person(request)
    check_user_can_start(user)
    form = ImportForm(request.POST or None, request.FILES or None, user=user)
    if form.is_bound and form.is_valid():
        batch = CustomerImport(owner=user, project=form.cleaned_data["project"], team=form.cleaned_data["team"])
        try:
            work.request_import(batch, read.read(form.cleaned_data["file"].read()), by=events.actor_of(request))
        except read.UnreadableFile as unreadable:
            form.add_error("file", str(unreadable))
        else:
            return redirect("import", pk=batch.pk)
    mine = CustomerImport.objects.filter(review_area.condition(user), owner=user).select_related("project")[:30]
    status = 422 if form.is_bound else 200
    return render(request, "imports/list.html", {"form": form, "imports": mine}, status=status)


def _own(request: HttpRequest, pk: uuid.UUID) -> CustomerImport:
    """Return the user's own import; raise 404 for another person's, and for one outside the user's review area."""
    user = person(request)
    check_user_can_start(user)
    mine = CustomerImport.objects.filter(review_area.condition(user), owner=user)
    found = mine.filter(pk=pk).select_related("project", "team").first()
    if found is None:
        raise Http404
    return found


@require_safe
def import_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the whole page, or the part that reloads while a worker is busy."""
    batch = _own(request, pk)
    counts = dict(batch.rows.values_list("state").annotate(Count("pk")).order_by())
    shown = request.GET.get("show", "")
    rows = batch.rows.filter(state=shown) if shown in RowState.values else batch.rows.all()
    if batch.invites:
        rows = rows.annotate(is_invited=Exists(Invitation.objects.filter(submission=OuterRef("submission"))))
    page = Paginator(rows.select_related("submission").order_by("number"), SHOWN).get_page(request.GET.get("page"))
    waiting = RowState.UNCHECKED if batch.state == ImportState.CHECKING else RowState.READY
    context = {
        "batch": batch,
        "tiles": [(state, counts[state]) for state in RowState if counts.get(state)],
        "shown": shown,
        "page": page,
        "rows": [_shown(batch, row) for row in page.object_list],
        "ready": counts.get(RowState.READY, 0),
        "not_created": sum(counts.get(state, 0) for state in NOT_CREATED),
        "done": batch.total - counts.get(waiting, 0),
    }
    return render(request, "imports/_state.html" if request.headers.get("HX-Request") else "imports/page.html", context)


def _shown(batch: CustomerImport, row: ImportRow) -> dict[str, Any]:
    row.batch = batch
    values = row.values
    cells = [(column_label(name), values.get(name, "")) for name in read.COLUMNS]
    return {"row": row, "cells": cells, "pill": PILLS.get(row.state, ""), "reason": _reason(batch, row, values)}


def _reason(batch: CustomerImport, row: ImportRow, values: dict[str, str]) -> str:
    """Return why no draft is created for this row; "" if one is."""
    if row.state == RowState.MALFORMED:
        return " ".join(problems_of(RowForm(values, batch.project, id_types())))
    if row.state == RowState.KNOWN:
        reference = row.submission.reference if row.submission else _("not visible to you")
        return _("This customer has a submission: %(reference)s") % {"reference": reference}
    if row.state == RowState.REPEATED:
        return _("Same customer as in line %(number)d") % {"number": row.repeats or 0}
    return _("The draft was not created. Import this row again.") if row.state == RowState.FAILED else ""


@require_POST
def create(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    invites = request.POST.get("invites") == "1"
    if not work.request_drafts(_own(request, pk), by=events.actor_of(request), invites=invites):
        messages.info(request, _("This import was already started or cancelled."))
    return redirect("import", pk=pk)


@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    if work.cancel(_own(request, pk), by=events.actor_of(request)):
        messages.info(request, _("Import cancelled. Drafts that were already created stay."))
    return redirect("import", pk=pk)


@require_POST
def not_created(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Return the rows without a draft as a CSV with the reason, to be corrected and imported again."""
    batch = _own(request, pk)
    rows = batch.rows.filter(state__in=NOT_CREATED).select_related("submission").order_by("number")
    response = _csv("not-imported.csv")
    writer = csv.writer(response)
    writer.writerow([*(column_label(name) for name in read.COLUMNS), _("Line"), _("Reason")])
    for row in rows.iterator(chunk_size=500):
        shown = _shown(batch, row)
        cells = [value for _label, value in shown["cells"]]
        writer.writerow([harmless_in_csv(cell) for cell in (*cells, row.number, shown["reason"])])
    events.record("import_downloaded", by=events.actor_of(request), fields={"import": str(pk)})
    return response


@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    check_user_can_start(person(request))
    response = _csv("customers-sample.csv")
    writer = csv.writer(response)
    writer.writerow([column_label(name) for name in read.COLUMNS])
    writer.writerow([choice_label(cell) for cell in SAMPLE])
    return response


def _csv(name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers=headers)
